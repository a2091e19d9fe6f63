import assert from 'node:assert/strict';
import { Completer, type CompleterOptions } from '../../../engine/completion/completer.ts';
import { DraftSize } from '../../../engine/completion/draft-size.ts';
import { LocalCache } from '../../../engine/decoding/index.ts';
import type { CompletionRequest, CompletionResult } from '../../../engine/index.ts';
import { chooseFimFormat } from '../../../engine/prompt/index.ts';
import type { ModelSession } from '../../../engine/runtime/model-session.ts';
import { loadTokenizer, type Tokenizer } from '../../../engine/tokenizer/index.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openTinyModel } from '../../fixtures/tiny-model.ts';

const never = (): boolean => false;

const TEXT = [
  'export function total(values: number[]): number {',
  '  let sum = 0;',
  '  for (const value of values) sum += value;',
  '  return sum;',
  '}',
  '',
  'export function mean(values: number[]): number {',
  '  let sum = 0;',
  '  for (const value of values) sum += value;',
  '  return sum / values.length;',
  '}',
  '',
].join('\n');

/** Requests behind each word of the text's second half, once more at the end of all of it. */
function requests(change: Partial<CompletionRequest> = {}): CompletionRequest[] {
  const places = [...TEXT.matchAll(/\w+/g)].map(({ index, 0: word }) => index + word.length);
  return places
    .filter((place) => place > TEXT.length / 2)
    .map((place) => ({
      context: {
        prefix: TEXT + TEXT.slice(0, place),
        suffix: '\n}\n',
        prefixOffset: 0,
        path: 'a.ts',
        languageId: 'typescript',
      },
      document: 'a.ts',
      lines: 'multiple',
      maxTokens: 24,
      prefixTokens: 400,
      suffixTokens: 50,
      ...change,
    }));
}

describe('Completer with the text of the document mixed in', () => {
  const folder = temporaryFolder();
  let session: ModelSession;
  let tokenizer: Tokenizer;
  before(async () => {
    ({ session } = await openTinyModel(folder));
    tokenizer = await loadTokenizer('test/fixtures/tokenizer/byte-level');
  });
  after(() => session.close());
  const completerWith = (options: CompleterOptions = {}): Completer =>
    new Completer({ session, tokenizer, format: chooseFimFormat(tokenizer) }, 2 ** 24, {
      cache: new LocalCache(tokenizer),
      mixes: true,
      ...options,
    });

  /** What was said, and how likely it is, without what it took. */
  const said = (result: CompletionResult): unknown =>
    result.kind === 'none'
      ? result.reason
      : [
          result.text,
          result.stop,
          result.confidence.toFixed(3),
          result.steps.map(({ length, probability }) => [length, probability.toFixed(3)]),
        ];

  for (const [name, options] of [
    ['mixed in', { mixes: true }],
    ['the project guessing only', { mixes: false }],
    ['the document guessing only', { mixes: false, cache: undefined }],
  ] as const)
    it(`says the same with guessed tokens as without, ${name}`, async () => {
      const usual = Object.getOwnPropertyDescriptors(DraftSize.prototype);
      // Whatever the machine's speed.
      Object.defineProperties(DraftSize.prototype, {
        isWorthTrying: { ...usual.isWorthTrying, get: () => true },
        choose: { ...usual.choose, value: ({ length }: readonly number[]) => length },
      });
      try {
        const [plain, guessing] = [completerWith({ ...options, speculates: false }), completerWith(options)];
        const [guessed, right] = [new Set<number>(), new Set<number>()];
        for (const request of requests()) {
          const result = await guessing.complete(request, never);
          assert.deepEqual(said(result), said(await plain.complete(request, never)));
          guessed.add(result.account.draftedTokens);
          right.add(result.account.acceptedTokens);
        }
        assert.ok(guessed.size > 1 && right.size > 1);
      } finally {
        Object.defineProperties(DraftSize.prototype, usual);
      }
    });

  it('says how likely the end of a line is, before the next line', async () => {
    const completer = completerWith();
    const blocks: string[] = [];
    for (const request of requests()) {
      const result = await completer.complete(request, never);
      if (result.kind === 'none' || !result.text.includes('\n')) continue;
      blocks.push(result.text);
      assert.ok(
        result.steps.some(({ length }) => result.text[length - 1] === '\n'),
        result.text,
      );
    }
    assert.ok(blocks.length > 0);
  });

  it('says the same, and as surely, alone as with others beside it', async () => {
    const completer = completerWith();
    for (const request of requests()) {
      const alone = await completer.complete(request, never);
      // Where nothing is left of the likeliest text, another takes its place.
      if (alone.kind === 'none' && alone.reason === 'declared') continue;
      const several = await completer.complete({ ...request, alternatives: 3 }, never);
      assert.deepEqual(said(several), said(alone));
    }
  });

  it('looks for a likelier line, and goes on from it as a cold start does', async () => {
    let searched = 0;
    for (const request of requests({ lines: 'single' })) {
      const completer = completerWith();
      const result = await completer.complete(request, never);
      searched += result.account.searchedTokens;
      if (result.kind === 'none') continue;
      const { prefix } = request.context;
      const context = { ...request.context, prefix: prefix + result.text };
      const next = { ...request, context };
      assert.deepEqual(
        said(await completer.complete(next, never)),
        said(await completerWith().complete(next, never)),
      );
    }
    assert.ok(searched > 0);
  });

  it('gives what was cut off an unsure text as no other text', async () => {
    const names = ['apples', 'pears', 'plums', 'cherries', 'grapes', 'figs', 'dates', 'lemons'];
    const lines = names.map((name) => `  basket.putInto(${name});\n`).join('');
    const [request] = requests({ suggestions: 'fewer', lines: 'single' });
    assert.ok(request !== undefined);
    const context = { ...request.context, prefix: `${lines}  basket.` };
    const result = await completerWith().complete({ ...request, context }, never);
    assert.ok(result.kind === 'completion' && result.stop === 'unsure', JSON.stringify(result));
    assert.equal(result.text, 'putInto');
    assert.deepEqual(result.alternatives, []);
  });
});
