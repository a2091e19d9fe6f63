import assert from 'node:assert/strict';
import { afterAcceptance } from '../../../../extension/completion/afterAcceptance.ts';
import { contextOf } from './filters/picture.ts';

describe('the place after acceptance', () => {
  const cases: [string, { text: string; replaces: number }, string][] = [
    ['a = █;\n', { text: 'b + c', replaces: 0 }, 'a = b + c█;\n'],
    ['f(█);\n', { text: 'a, b);', replaces: 2 }, 'f(a, b);█\n'],
    ['if (a) {█}', { text: '\n  b();\n', replaces: 0 }, 'if (a) {\n  b();\n█}'],
  ];
  for (const [before, suggestion, after] of cases) {
    it(JSON.stringify(after), () => {
      assert.deepEqual(afterAcceptance(contextOf(before), suggestion), contextOf(after));
    });
  }
});
