import assert from 'node:assert/strict';
import { prefill, type Prefiller, type PromptPlaces } from '../../../engine/completion/prefill.ts';
import { greedy } from '../../../engine/decoding/index.ts';
import { ChunkSizer } from '../../../engine/runtime/chunk-sizer.ts';
import type { ModelSession } from '../../../engine/runtime/model-session.ts';
import { CheckpointTree } from '../../../engine/state/checkpoint-tree.ts';
import { BadInputError } from '../../../engine/errors.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openTinyModel, randomIds } from '../../fixtures/tiny-model.ts';

const never = (): boolean => false;

describe('prefill', () => {
  const folder = temporaryFolder();
  const ids = randomIds(100);
  let session: ModelSession;
  before(async () => {
    ({ session } = await openTinyModel(folder));
  });
  after(() => session.close());

  /** Always in chunks of 16, so that the boundaries of chunks are those of this test. */
  const prefiller = (logTokens = 0): Prefiller => ({
    session,
    tree: new CheckpointTree({
      budgetBytes: 20 * session.stateBytes,
      stateBytes: session.stateBytes,
      logBytes: session.logBytes,
    }),
    chunks: Object.assign(new ChunkSizer(1), { record: () => undefined }),
    logTokens,
  });

  /** A prompt whose suffix ends at a place; its prefix is its last token. */
  const promptOf = (tokens: readonly number[], suffixEnd = 0): PromptPlaces => ({
    ids: [...tokens],
    suffixEnd,
    prefixStart: tokens.length - 1,
    prefixEnd: tokens.length,
    cursor: tokens.length,
  });
  const none = { end: undefined, reusedTokens: 0, warmedTokens: 0, replayedTokens: 0 };
  const options = { document: 'a', isWarming: false, isCancelled: never };

  /** The logits and state at the end, copied and released. */
  const end = async (
    by: Prefiller,
    prompt: PromptPlaces,
  ): Promise<{
    logits: number[];
    values: Float32Array;
    reused: number;
    replayed: number;
    advanced: number;
  }> => {
    const { end: result, reusedTokens, replayedTokens, advancedTokens } = await prefill(by, prompt, options);
    assert.ok(result);
    const copy = { logits: [...result.logits], values: result.state.buffer.values.slice() };
    assert.equal(result.state.length, prompt.ids.length);
    result.state.release();
    return { ...copy, reused: reusedTokens, replayed: replayedTokens, advanced: advancedTokens };
  };

  it('from a checkpoint, gives the bits that it gives from the start, where chunks begin alike', async () => {
    const warm = prefiller();
    await end(warm, promptOf([...ids.slice(0, 40), ...randomIds(10, 3)], 40));
    const resumed = await end(warm, promptOf(ids, 40));
    assert.deepEqual([resumed.reused, resumed.advanced], [40, 60]);
    const cold = await end(prefiller(), promptOf(ids, 40));
    assert.deepEqual([cold.reused, cold.advanced], [0, 100]);
    assert.deepEqual(resumed.values, cold.values);
    assert.deepEqual(resumed.logits, cold.logits);
  });

  it('from a checkpoint anywhere else, gives the same greedy token', async () => {
    const cold = await end(prefiller(), promptOf(ids));
    for (const boundary of [1, 3, 17, 33, 50, 98]) {
      const warm = prefiller();
      await end(warm, promptOf(ids.slice(0, boundary + 2), boundary));
      const resumed = await end(warm, promptOf(ids));
      assert.ok(resumed.reused >= boundary);
      assert.equal(greedy(Float32Array.from(resumed.logits)), greedy(Float32Array.from(cold.logits)));
    }
  });

  it('restores any place of the logged tokens to the bits that it had', async () => {
    const prompt = { ids, suffixEnd: 20, prefixStart: 22, prefixEnd: 95, cursor: 95 };
    const warm = prefiller(60);
    await end(warm, prompt);
    for (const length of [36, 50, 51, 87, 94, 97]) {
      const found = warm.tree.find(ids.slice(0, length + 1), options);
      assert.equal(found?.length, length);
      assert.ok(found.state);
      const replayed = found.log.length === 0 ? found.state : await session.replay(found.state, found.log);
      assert.equal(replayed.length, length);
      // The same chunks up to there.
      const there = prefiller(60);
      const stop = await prefill(there, { ...prompt, ids: ids.slice(0, length) }, options);
      assert.ok(stop.end);
      assert.deepEqual(replayed.buffer.values, stop.end.state.buffer.values, `${length} tokens`);
      replayed.release();
      stop.end.state.release();
    }
  });

  it('the same prompt again advances by nothing and gives the same bits', async () => {
    // With room the end is kept; without, it is replayed.
    for (const budgetStates of [100, 10]) {
      const by = prefiller(30);
      const { stateBytes, logBytes } = session;
      by.tree = new CheckpointTree({ budgetBytes: budgetStates * stateBytes, stateBytes, logBytes });
      const first = await end(by, promptOf(ids, 40));
      const again = await end(by, promptOf(ids, 40));
      assert.deepEqual({ ...again, replayed: 0 }, { ...first, reused: 100, replayed: 0, advanced: 0 });
      assert.equal(again.replayed > 0, budgetStates === 10);
    }
  });

  it('goes on from a replayed state as from the one that it was', async () => {
    const prompt = { ids, suffixEnd: 20, prefixStart: 22, prefixEnd: 95, cursor: 95 };
    const warm = prefiller(60);
    const cold = await end(warm, prompt);
    const other = [...ids.slice(0, 70), ...randomIds(30, 9)];
    const turned = await end(warm, { ...prompt, ids: other });
    assert.deepEqual([turned.reused, turned.advanced], [70, 30]);
    const fresh = await end(prefiller(60), { ...prompt, ids: other });
    assert.equal(greedy(Float32Array.from(turned.logits)), greedy(Float32Array.from(fresh.logits)));
    assert.deepEqual((await end(warm, prompt)).logits, cold.logits);
  });

  it('a suffix that stands behind the prefix is not logged', async () => {
    const by = prefiller(30);
    const prompt = { ids, suffixEnd: 95, prefixStart: 1, prefixEnd: 40, cursor: 40 };
    await end(by, prompt);
    const found = by.tree.look([...ids.slice(0, 60), 0, 0]);
    assert.equal(found?.length, 40);
    found.state?.release();
  });

  it('gives way while it replays', async () => {
    const by = prefiller(100);
    await end(by, { ids, suffixEnd: 0, prefixStart: 0, prefixEnd: 100, cursor: 100 });
    let asked = 0;
    const turned = [...ids.slice(0, 90), 1, 2];
    const options2 = { ...options, isCancelled: () => ++asked > 0 };
    const cancelled = await prefill(by, { ...promptOf(turned), suffixEnd: 0 }, options2);
    assert.equal(cancelled.end, undefined);
    assert.equal(asked, 1);
    assert.equal((await end(by, promptOf(turned))).reused, 90);
  });

  it('a checkpoint serves again and again: what was computed from it does not change it', async () => {
    const warm = prefiller();
    await end(warm, promptOf(ids.slice(0, 42), 40));
    const first = await end(warm, promptOf(ids, 40));
    await end(warm, promptOf([...ids.slice(0, 40), ...randomIds(60, 5)], 40));
    const again = await end(warm, promptOf(ids, 40));
    assert.deepEqual([again.logits, again.values], [first.logits, first.values]);
  });

  it('cancelled in the middle, ends within a chunk and keeps what it has', async () => {
    const by = prefiller();
    let asked = 0;
    const cancelled = await prefill(by, promptOf(ids, 90), { ...options, isCancelled: () => ++asked > 3 });
    assert.deepEqual(cancelled, { ...none, advancedTokens: 48 });
    const resumed = await end(by, promptOf(ids, 90));
    assert.deepEqual([resumed.reused, resumed.advanced], [48, 52]);
    // The same chunks as without the pause, so the same bits.
    assert.deepEqual(resumed.logits, (await end(prefiller(), promptOf(ids, 90))).logits);
  });

  it('cancelled before the first chunk, runs nothing and keeps nothing', async () => {
    const by = prefiller();
    const cancelled = await prefill(by, promptOf(ids), { ...options, isCancelled: () => true });
    assert.deepEqual(cancelled, { ...none, advancedTokens: 0 });
    assert.equal(by.tree.bytes, 0);
  });

  it('what was warmed is said once, to whoever asks first', async () => {
    const by = prefiller();
    const warming = await prefill(by, promptOf(ids.slice(0, 60), 40), { ...options, isWarming: true });
    warming.end?.state.release();
    const asked = await prefill(by, promptOf(ids, 40), options);
    asked.end?.state.release();
    assert.equal(asked.warmedTokens, asked.reusedTokens);
    const again = await prefill(by, promptOf(ids, 40), options);
    again.end?.state.release();
    assert.equal(again.warmedTokens, 0);
  });

  it('an error leaves the checkpoints as they were, and right', async () => {
    const by = prefiller();
    await end(by, promptOf(ids, 40));
    const wrong = [...ids.slice(0, 70), 640, ...ids.slice(70)];
    await assert.rejects(prefill(by, promptOf(wrong, 40), options), BadInputError);
    const next = await end(by, promptOf(ids.slice(0, 90), 40));
    assert.ok(next.reused >= 40);
    assert.deepEqual(next.logits, (await end(prefiller(), promptOf(ids.slice(0, 90), 40))).logits);
  });
});
