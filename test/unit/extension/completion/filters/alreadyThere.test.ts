import assert from 'node:assert/strict';
import { alreadyThere } from '../../../../../extension/completion/filters/alreadyThere.ts';
import { after } from './picture.ts';

describe('the filter alreadyThere', () => {
  it('drops what stands behind the cursor', () => {
    assert.equal(
      after('const identifier█ = ref.identifier;', ' = ', alreadyThere),
      'dropped: it stands behind the cursor already',
    );
  });

  it('keeps what differs, and what only begins alike', () => {
    assert.equal(after('const x█ = 1;', ': number', alreadyThere), 'const x: number█ = 1;');
    assert.equal(after('f(█a)', 'a, ', alreadyThere), 'f(a, █a)');
  });

  it('leaves closing brackets to the filters that know them', () => {
    assert.equal(after('f(█);', ')', alreadyThere), 'f()█);');
  });

  it('has nothing to say at the end of a line', () => {
    assert.equal(after('x = █', 'y', alreadyThere), 'x = y█');
  });
});
