import assert from 'node:assert/strict';
import { empty } from '../../../../../extension/completion/filters/empty.ts';
import { after } from './picture.ts';

describe('the filter empty', () => {
  it('drops white space', () => {
    assert.equal(after('a█', ' \n ', empty), 'dropped: only white space');
  });

  it('drops nothing', () => {
    assert.equal(after('a█', '', empty), 'dropped: only white space');
  });

  it('keeps text', () => {
    assert.equal(after('a█', 'b', empty), 'ab█');
  });
});
