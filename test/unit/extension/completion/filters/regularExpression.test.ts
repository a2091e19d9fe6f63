import assert from 'node:assert/strict';
import { hasTellingRegularExpression } from '../../../../../extension/completion/filters/regularExpression.ts';

describe('a regular expression that brackets cannot be counted in', () => {
  for (const text of ['x.replace(/\\)/g, "")', 'const a = /["]/;', 'return /[^)]+/;', '/(a|b)/.test(c)'])
    it(`is in ${text}`, () => {
      assert.equal(hasTellingRegularExpression(text), true);
    });

  for (const text of ['(a / b) / (c)', 'a[1] / 2 / (b)', 'x.split(/,/)', '/* (a) */', 'f(a) / g(b) / 2'])
    it(`is not in ${text}`, () => {
      assert.equal(hasTellingRegularExpression(text), false);
    });
});
