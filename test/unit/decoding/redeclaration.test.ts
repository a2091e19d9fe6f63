import assert from 'node:assert/strict';
import { withoutRedeclaration } from '../../../engine/decoding/redeclaration.ts';

describe('withoutRedeclaration', () => {
  const above = 'export function format(ref) {\n  return ref;\n}\n\n';

  it('leaves out the name of what is declared above or below already, and what follows it', () => {
    assert.equal(withoutRedeclaration('tion format(ref) {', `${above}func`, ''), 'tion');
    assert.equal(withoutRedeclaration(' format(ref) {', `${above}export async function`, ''), '');
    assert.equal(withoutRedeclaration('mat(ref) {', `${above}function for`, ''), '');
    assert.equal(withoutRedeclaration('tore {', 'class S', '\n\nclass Store {\n}\n'), '');
    assert.equal(withoutRedeclaration('Store', 'pub struct ', '\n\npub struct Store {\n}\n'), '');
  });

  it('also in a later line, with the lines before it', () => {
    const text = 'const a = 1;\n\nfunction format(ref) {\n}';
    assert.equal(withoutRedeclaration(text, above, ''), 'const a = 1;\n\nfunction');
  });

  it('leaves a name alone that is new, or declared elsewhere', () => {
    for (const [text, prefix] of [
      ['tion formatAll(ref) {', `${above}func`],
      ['tion format(ref) {', '  function format(ref) {}\nfunc'],
      ['tion format(ref) {', 'function format(ref: string): string;\nfunc'],
      ['format(ref);', above],
      ['const format = 1;', above],
      [' the function format does', `${above}// see`],
      ['    def close(self):', 'class A:\n    def close(self):\n        pass\n\nclass B:\n'],
    ] as const)
      assert.equal(withoutRedeclaration(text, prefix, ''), text);
  });

  it('takes the line at the cursor for no declaration of its own', () => {
    assert.equal(withoutRedeclaration('(ref) {', 'function format', ''), '(ref) {');
  });
});
