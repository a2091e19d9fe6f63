import assert from 'node:assert/strict';
import { likeliestLine, type LineSearchResult } from '../../../engine/completion/line-search.ts';
import { Writer } from '../../../engine/completion/writer.ts';
import { ForcedStart, type Mixing, StopRule } from '../../../engine/decoding/index.ts';
import type { ModelSession } from '../../../engine/runtime/model-session.ts';
import type { TokenLog } from '../../../engine/runtime/recurrence-log.ts';
import type { SequenceState } from '../../../engine/runtime/sequence-state.ts';
import { loadTokenizer, type Tokenizer } from '../../../engine/tokenizer/index.ts';

/** What may follow a text of one letter a token, and how likely; `$` ends it. */
type Tree = Readonly<Record<string, Readonly<Record<string, number>>>>;

const END = 0;

describe('likeliestLine', () => {
  let tokenizer: Tokenizer;
  before(async () => {
    tokenizer = await loadTokenizer('test/fixtures/tokenizer/byte-level');
  });
  const idOf = (letter: string): number =>
    letter === '$' ? END : (tokenizer.encode(letter, { dummyPrefix: false })[0] ?? -1);
  const textOf = (ids: readonly number[]): string => tokenizer.decode([...ids]);

  /** Looks for the likeliest line of a tree, from where greedy decoding has come to. */
  async function search(
    tree: Tree,
    isOver: (advanced: number) => boolean = () => false,
  ): Promise<LineSearchResult & { advanced: string[]; held: number }> {
    const advanced: string[] = [];
    let held = 1;
    const stateOf = (seen: string): SequenceState => {
      const state: unknown = {
        seen,
        retain: () => (held++, state),
        release: () => {
          held--;
        },
      };
      return state as SequenceState;
    };
    const seenBy = (state: SequenceState): string => (state as unknown as { seen: string }).seen;
    const session = {
      advance: (state: SequenceState, ids: readonly number[]) => {
        const seen = seenBy(state) + textOf(ids);
        advanced.push(seen);
        const log: TokenLog[] = [new Float32Array(1)];
        return Promise.resolve({ state: stateOf(seen), logits: new Float32Array(0), log });
      },
      replay: (state: SequenceState, log: readonly TokenLog[]) =>
        Promise.resolve(stateOf(seenBy(state) + '?'.repeat(log.length))),
    } as unknown as ModelSession;
    const mixing = {
      choose: ({ generated }: { generated: readonly number[] }, count = 1) =>
        Object.entries(tree[textOf(generated)] ?? { $: 1 })
          .map(([letter, probability]) => ({ id: idOf(letter), probability }))
          .sort((a, b) => b.probability - a.probability)
          .slice(0, count),
    } as unknown as Mixing;
    const newWriter = (): Writer => {
      const context = { prefix: 'f(', suffix: '\n', languageId: 'typescript', lines: 'single' as const };
      const vocabulary = { forbidden: new Set<number>(), endIds: [END] };
      return new Writer(vocabulary, new ForcedStart(tokenizer, ''), new StopRule(context), 10, mixing);
    };
    const greedy = newWriter();
    while (greedy.stop === undefined) greedy.push(greedy.choose(undefined));
    const log = greedy.ids.slice(1).map(() => new Float32Array(1));
    const found = await likeliestLine(
      { writer: greedy, log },
      { session, state: stateOf(''), newWriter, isOver: () => isOver(advanced.length) },
    );
    return { ...found, advanced, held };
  }

  const BETTER: Tree = { '': { a: 0.5, b: 0.4, c: 0.1 }, a: { x: 0.3, y: 0.25 }, b: { d: 0.9 } };

  it('finds a line that is likelier as a whole than that which begins with the likeliest token', async () => {
    const { best, tokens, advanced, paths } = await search(BETTER);
    assert.equal(best.writer.text, 'bd');
    assert.ok(Math.abs(best.writer.lineProbability - 0.36) < 1e-9);
    assert.deepEqual(advanced, ['b', 'bd']);
    assert.equal(tokens, 2);
    assert.equal(best.log.length, 2);
    assert.deepEqual(
      paths.map(({ writer }) => writer.text),
      ['ax', 'bd'],
    );
  });

  it('keeps the greedy line where no other can be likelier, and computes nothing', async () => {
    const { best, tokens } = await search({ '': { a: 0.7, b: 0.3 }, a: { x: 0.5, y: 0.5 }, b: { d: 0.9 } });
    assert.deepEqual([best.writer.text, tokens], ['ax', 0]);
  });

  it('goes on from the middle of a line, with what is known of its beginning', async () => {
    const { best, advanced } = await search({ a: { b: 0.5, c: 0.4 }, '': { a: 1 }, ab: { x: 0.5, y: 0.5 } });
    assert.equal(best.writer.text, 'ac');
    assert.deepEqual(advanced, ['?c']);
    assert.equal(best.log.length, 2);
  });

  it('finds a branch of a branch', async () => {
    const { best } = await search({
      '': { a: 0.5, b: 0.45 },
      a: { x: 0.2, y: 0.2 },
      b: { c: 0.55, d: 0.44 },
      bc: { x: 0.3, y: 0.3 },
      bd: { z: 0.9 },
    });
    assert.equal(best.writer.text, 'bdz');
  });

  it('leaves a line as soon as it is less likely', async () => {
    const { best, advanced } = await search({ '': { a: 0.5, b: 0.4 }, a: { x: 0.6 }, b: { c: 0.5 } });
    assert.equal(best.writer.text, 'ax');
    assert.deepEqual(advanced, ['b']);
  });

  it('lets go of every state, also where it is told to end', async () => {
    assert.equal((await search(BETTER)).held, 1);
    const { best, held, advanced } = await search(BETTER, (count) => count > 0);
    assert.deepEqual([best.writer.text, held, advanced], ['ax', 1, ['b']]);
  });

  it('does not look for what is too unlikely to be shown', async () => {
    const { tokens } = await search({ '': { a: 0.06, b: 0.045 }, a: { x: 0.1 }, b: { d: 1 } });
    assert.equal(tokens, 0);
  });
});
