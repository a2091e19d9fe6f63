import assert from 'node:assert/strict';
import { lineEnds } from '../../../../../extension/completion/filters/lineEnds.ts';
import { after } from './picture.ts';

describe('the filter lineEnds', () => {
  it('turns CRLF into LF', () => {
    assert.equal(after('a█', '(\r\n)', lineEnds), 'a(\n)█');
  });

  it('turns a lone CR into LF', () => {
    assert.equal(after('a█', '(\r)', lineEnds), 'a(\n)█');
  });
});
