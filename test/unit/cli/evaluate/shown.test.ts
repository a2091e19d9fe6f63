import assert from 'node:assert/strict';
import { judge } from '../../../../engine/cli/evaluate/trace.ts';
import { shownOf, type Said } from '../../../../engine/cli/evaluate/shown.ts';

/** An answer at the end of `head`, of which each character is as likely as `probability` says. */
function said(head: string, text: string, probability: number): Said {
  const context = { prefix: head, suffix: '', prefixOffset: 0, path: 'a.ts', languageId: 'typescript' };
  const steps = [{ length: text.length, probability }];
  return { context, isAsked: true, text, confidence: probability, steps, typed: 'value;', ms: 1 };
}

const textsOf = (answers: readonly Said[]): string[] => shownOf('balanced', answers).map(({ text }) => text);

describe('what would have been shown', () => {
  it('is what is likely enough', () => {
    assert.deepEqual(textsOf([said('a = ', 'value;', 0.9), said('b = ', 'value;', 0.01)]), ['value;']);
  });

  it('is what the filters leave of it', () => {
    assert.deepEqual(textsOf([said('remember(first);\n', 'remember(first);', 0.9)]), []);
    const before = said('f(', 'value)', 0.9);
    const [shown] = shownOf('balanced', [
      { ...before, context: { ...before.context, suffix: ')' }, typed: 'value' },
    ]);
    assert.ok(shown);
    assert.equal(judge(shown.text, shown.typed).whole, true);
  });

  it('stays while it is typed along, whatever the newer answer is', () => {
    assert.deepEqual(textsOf([said('a = ', 'value;', 0.9), said('a = va', 'st();', 0.9)]), [
      'value;',
      'lue;',
    ]);
    assert.deepEqual(textsOf([said('a = ', 'value;', 0.9), said('a = va', 'lue;', 0.01)]), [
      'value;',
      'lue;',
    ]);
  });

  it('is the newer answer where something else was typed, or in another file', () => {
    const first = said('a = ', 'value;', 0.9);
    assert.deepEqual(textsOf([first, said('a = w', 'ord;', 0.9)]), ['value;', 'ord;']);
    const elsewhere = said('a = va', 'st;', 0.9);
    const context = { ...elsewhere.context, path: 'b.ts' };
    assert.deepEqual(textsOf([first, { ...elsewhere, context }]), ['value;', 'st;']);
  });

  it('is nothing where the editor does not ask', () => {
    const first = said('a = ', 'value;', 0.9);
    assert.deepEqual(textsOf([first, { ...said('a = va', 'lue;', 0.9), isAsked: false }]), ['value;']);
  });

  it('is not brought back by what was too unlikely to be shown', () => {
    assert.deepEqual(textsOf([said('a = ', 'value;', 0.01), said('a = va', 'lue;', 0.01)]), []);
  });
});
