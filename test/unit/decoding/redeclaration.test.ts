import assert from 'node:assert/strict';
import { withoutRedeclaration } from '../../../engine/decoding/index.ts';

describe('withoutRedeclaration', () => {
  const above = 'export function format(ref) {\n  return ref;\n}\n\n';

  it('leaves out the name of what is declared above or below already, and what follows it', () => {
    assert.equal(withoutRedeclaration('tion format(ref) {', `${above}func`, ''), 'tion');
    assert.equal(withoutRedeclaration(' format(ref) {', `${above}export async function`, ''), '');
    assert.equal(withoutRedeclaration('mat(ref) {', `${above}function for`, ''), '');
    assert.equal(withoutRedeclaration('tore {', 'class S', '\n\nclass Store {\n}\n'), '');
    assert.equal(withoutRedeclaration('Store {', 'pub struct ', '\n\npub struct Store {\n}\n'), '');
    assert.equal(withoutRedeclaration('load(path):', 'def load(path: str):\n    pass\n\n\ndef ', ''), '');
  });

  it('leaves all of it out where the line has not been begun', () => {
    assert.equal(withoutRedeclaration('function format(ref) {\n}', above, ''), '');
    const text = 'const a = 1;\n\nfunction format(ref) {\n}';
    assert.equal(withoutRedeclaration(text, above, ''), 'const a = 1;');
  });

  it('leaves a name alone that is new, or stands elsewhere', () => {
    for (const [text, prefix] of [
      ['tion formatAll(ref) {', `${above}func`],
      ['tion format(ref) {', '  function format(ref) {\n  }\nfunc'],
      ['format(ref);', above],
      ['const format = 1;', above],
      [' the function format does', `${above}// see`],
      ['function format does it {', `${above}This `],
      ['    class Meta:', 'class A:\n    class Meta:\n        pass\n\nclass B:\n'],
      ['  function submit() {', 'function A() {\n  function submit() {\n  }\n}\nfunction B() {\n'],
    ] as const)
      assert.equal(withoutRedeclaration(text, prefix, ''), text);
  });

  it('leaves alone what may be declared several times', () => {
    for (const [text, prefix] of [
      ['tion format(ref) {', 'function format(ref: string): string;\nfunc'],
      ['tion format(ref) {', 'function format(ref: string): string\nfunc'],
      ['tion format(ref) {', 'export function format(\n  ref: string,\n): string;\nfunc'],
      ['ef format(ref):', '@overload\ndef format(ref: str) -> str: ...\nd'],
      ['n open() {', '#[cfg(unix)]\nfn open() {\n}\n#[cfg(windows)]\nf'],
      ['function M.close()', 'function M.open()\nend\n'],
      ['enum class Size {', 'enum class Color {\n};\n'],
      ['struct node *insert(int key) {', 'struct node {\n  int key;\n};\n'],
      ['func init() {', 'func init() {\n}\n'],
    ] as const)
      assert.equal(withoutRedeclaration(text, prefix, ''), text);
  });

  it('takes the line at the cursor for no declaration of its own', () => {
    assert.equal(withoutRedeclaration('(ref) {', 'function format', ''), '(ref) {');
  });
});
