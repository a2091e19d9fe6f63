import assert from 'node:assert/strict';
import { judge } from '../../../../engine/cli/evaluate/trace.ts';
import { shownOf, type Said } from '../../../../engine/cli/evaluate/shown.ts';

/** An answer at the end of `head`. */
function said(head: string, text: string): Said {
  const context = { prefix: head, suffix: '', prefixOffset: 0, path: 'a.ts', languageId: 'typescript' };
  return { context, isAsked: true, text, confidence: 0.9, typed: 'value;', ms: 1 };
}

const textsOf = (answers: readonly Said[]): string[] => shownOf(answers).map(({ text }) => text);

describe('what would have been shown', () => {
  it('is what was said', () => {
    assert.deepEqual(textsOf([said('a = ', 'value;'), said('b = ', '')]), ['value;']);
  });

  it('is what the filters leave of it', () => {
    assert.deepEqual(textsOf([said('remember(first);\n', 'remember(first);')]), []);
    const before = said('f(', 'value)');
    const [shown] = shownOf([{ ...before, context: { ...before.context, suffix: ')' }, typed: 'value' }]);
    assert.ok(shown);
    assert.equal(judge(shown.text, shown.typed).whole, true);
  });

  it('stays while it is typed along, whatever the newer answer is', () => {
    assert.deepEqual(textsOf([said('a = ', 'value;'), said('a = va', 'st();')]), ['value;', 'lue;']);
    assert.deepEqual(textsOf([said('a = ', 'value;'), said('a = va', '')]), ['value;', 'lue;']);
  });

  it('is the newer answer where something else was typed, or in another file', () => {
    const first = said('a = ', 'value;');
    assert.deepEqual(textsOf([first, said('a = w', 'ord;')]), ['value;', 'ord;']);
    const elsewhere = said('a = va', 'st;');
    const context = { ...elsewhere.context, path: 'b.ts' };
    assert.deepEqual(textsOf([first, { ...elsewhere, context }]), ['value;', 'st;']);
  });

  it('is nothing where the editor does not ask', () => {
    const first = said('a = ', 'value;');
    assert.deepEqual(textsOf([first, { ...said('a = va', 'lue;'), isAsked: false }]), ['value;']);
  });

  it('is not brought back by what was too unlikely to be shown', () => {
    assert.deepEqual(textsOf([said('a = ', ''), said('a = va', '')]), []);
  });
});
