import assert from 'node:assert/strict';
import { repetition } from '../../../../../extension/completion/filters/repetition.ts';
import { after } from './picture.ts';

describe('the filter repetition', () => {
  it('keeps one round of lines', () => {
    assert.equal(
      after('█', 'a = next();\na = next();\na = next();\na = next();', repetition),
      'a = next();█',
    );
  });

  it('keeps one round of two lines', () => {
    assert.equal(after('█', 'if (a) {\n}\nif (a) {\n}\nif (a) {\n}', repetition), 'if (a) {\n}█');
  });

  it('drops a line that goes round', () => {
    assert.equal(after('█', 'the cat the cat the cat the cat', repetition), 'dropped: repeats itself');
  });

  it('keeps a row of numbers', () => {
    assert.equal(after('█', '[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]', repetition), '[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]█');
  });

  it('keeps a ruler', () => {
    assert.equal(after('█', '// ------------------------', repetition), '// ------------------------█');
  });

  it('keeps closing brackets below each other', () => {
    assert.equal(after('█', '}\n}\n}', repetition), '}\n}\n}█');
  });

  it('drops a single letter that goes round among marks', () => {
    assert.equal(after('█', `value === 's'${" : 'd'".repeat(9)} :`, repetition), 'dropped: repeats itself');
  });

  it('keeps a short row of letters', () => {
    assert.equal(after('█', "['a', 'a', 'a', 'a']", repetition), "['a', 'a', 'a', 'a']█");
  });
});
