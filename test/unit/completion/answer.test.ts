import assert from 'node:assert/strict';
import { answerOf, shownWorth } from '../../../engine/completion/answer.ts';
import type { CompletionRequest } from '../../../engine/completion/request.ts';
import { emptyAccount } from '../../../engine/completion/result.ts';
import type { Writer } from '../../../engine/completion/writer.ts';

const PREFIX = 'function format(ref) {\n  return ref;\n}\n\n';

function answer(prefix: string, ...texts: string[]): ReturnType<typeof answerOf> {
  const writers = texts.map((text) => {
    const steps = Array.from({ length: text.length }, (_, at) => ({
      length: at + 1,
      probability: 0.99 ** (at + 1),
    }));
    return { text, stop: 'end-token', steps } as unknown as Writer;
  });
  const context = { prefix, suffix: '', prefixOffset: 0, path: 'a.js', languageId: 'javascript' };
  return answerOf(writers, { context } as CompletionRequest, emptyAccount());
}

describe('answerOf', () => {
  it('cuts off what is declared already, with the steps and the confidence of what is left', () => {
    const result = answer(`${PREFIX}func`, 'tion format(ref) {');
    assert.ok(result.kind === 'completion');
    assert.deepEqual([result.text, result.stop], ['tion', 'declared']);
    assert.deepEqual(
      result.steps.map(({ length }) => length),
      [1, 2, 3, 4],
    );
    assert.ok(Math.abs(result.confidence - 0.99 ** 4) < 1e-9);
  });

  it('says so where nothing is left, and takes another text where there is one', () => {
    const none = answer(PREFIX, 'function format(ref) {');
    assert.deepEqual([none.kind, none.kind === 'none' && none.reason], ['none', 'declared']);
    const other = answer(PREFIX, 'function format(ref) {', 'const a = 1;', 'const b = 2;');
    assert.ok(other.kind === 'completion');
    assert.deepEqual(
      [other.text, other.stop, other.alternatives],
      ['const a = 1;', 'end-token', ['const b = 2;']],
    );
  });

  it('leaves alone what is new', () => {
    const result = answer(PREFIX, 'function other() {');
    assert.ok(result.kind === 'completion');
    assert.deepEqual([result.text, result.stop], ['function other() {', 'end-token']);
    assert.equal(result.steps.length, result.text.length);
  });
});

describe('shownWorth', () => {
  /** Of a text in two tokens that stands behind `value.`. */
  const worth = (
    suggestions: CompletionRequest['suggestions'],
    ...tokens: [text: string, probability: number][]
  ): number => {
    let text = '';
    const steps = tokens.map(([token, probability]) => {
      text += token;
      return { length: text.length, probability };
    });
    const context = { prefix: 'value.', suffix: '', prefixOffset: 0, path: 'a.js', languageId: 'javascript' };
    return shownWorth({ text, steps } as unknown as Writer, { context, suggestions } as CompletionRequest);
  };

  it('goes by what is shown: a sure beginning is worth more than an unsure line, though the line is likelier as a whole', () => {
    const sureBeginning: [string, number][] = [
      ['putInto(', 0.8],
      ['basket)', 0.08],
    ];
    const unsureLine: [string, number] = ['get', 0.12];
    assert.ok(worth('balanced', ...sureBeginning) > worth('balanced', unsureLine));
    assert.ok(worth('all', ...sureBeginning) < worth('all', unsureLine));
  });

  it('is nothing where nothing is shown', () => {
    assert.equal(worth('balanced', ['get', 0.01]), 0);
    assert.equal(worth('balanced', ['  ', 0.9]), 0);
  });
});
