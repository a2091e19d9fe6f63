import assert from 'node:assert/strict';
import { prefill, type Prefiller } from '../../../engine/completion/prefill.ts';
import { greedy } from '../../../engine/decoding/index.ts';
import { ChunkSizer } from '../../../engine/runtime/chunk-sizer.ts';
import type { ModelSession } from '../../../engine/runtime/model-session.ts';
import { CheckpointStore } from '../../../engine/state/checkpoint-store.ts';
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
  const prefiller = (): Prefiller => ({
    session,
    checkpoints: new CheckpointStore(100 * session.stateBytes, session.stateBytes),
    chunks: Object.assign(new ChunkSizer(1), { record: () => undefined }),
  });

  /** The logits and state at the end, copied and released. */
  const end = async (
    by: Prefiller,
    prompt: readonly number[],
    boundaries: readonly number[],
  ): Promise<{ logits: number[]; values: Float32Array; reused: number; advanced: number }> => {
    const { end: result, reused, advanced } = await prefill(by, prompt, boundaries, never);
    assert.ok(result);
    const copy = { logits: [...result.logits], values: result.state.buffer.values.slice() };
    assert.equal(result.state.length, prompt.length);
    result.state.release();
    return { ...copy, reused, advanced };
  };

  it('from a checkpoint, gives the bits that it gives from the start, where chunks begin alike', async () => {
    const warm = prefiller();
    await end(warm, ids.slice(0, 50), [40]);
    const resumed = await end(warm, ids, [40]);
    assert.deepEqual([resumed.reused, resumed.advanced], [40, 60]);
    const cold = await end(prefiller(), ids, [40]);
    assert.deepEqual([cold.reused, cold.advanced], [0, 100]);
    assert.deepEqual(resumed.values, cold.values);
    assert.deepEqual(resumed.logits, cold.logits);
  });

  it('from a checkpoint anywhere else, gives the same greedy token', async () => {
    const cold = await end(prefiller(), ids, []);
    for (const boundary of [1, 3, 17, 33, 50, 98, 99]) {
      const warm = prefiller();
      await end(warm, ids.slice(0, boundary + 1), [boundary]);
      const resumed = await end(warm, ids, []);
      assert.equal(resumed.reused, boundary);
      assert.equal(greedy(Float32Array.from(resumed.logits)), greedy(Float32Array.from(cold.logits)));
    }
  });

  it('keeps checkpoints at the boundaries that it passes, and only there', async () => {
    const warm = prefiller();
    await end(warm, ids, [0, 10, 33, 99, 100, 200]);
    assert.equal(warm.checkpoints.size, 3);
    for (const [length, deepest] of [
      [10, undefined],
      [11, 10],
      [34, 33],
      [99, 33],
      [100, 99],
    ] as const) {
      const found = warm.checkpoints.find(ids.slice(0, length));
      assert.equal(found?.length, deepest, `${length} tokens`);
      found?.state.release();
    }
  });

  it('a checkpoint serves again and again: what was computed from it does not change it', async () => {
    const warm = prefiller();
    await end(warm, ids.slice(0, 41), [40]);
    const first = await end(warm, ids, []);
    await end(warm, [...ids.slice(0, 40), ...randomIds(60, 5)], []);
    const again = await end(warm, ids, []);
    assert.deepEqual(again, first);
  });

  it('cancelled in the middle, ends within a chunk and keeps what it has', async () => {
    const by = prefiller();
    let asked = 0;
    const cancelled = await prefill(by, ids, [90], () => ++asked > 3);
    assert.deepEqual(cancelled, { end: undefined, reused: 0, advanced: 48 });
    const resumed = await end(by, ids, [90]);
    assert.deepEqual([resumed.reused, resumed.advanced], [48, 52]);
    // The same chunks as without the pause, so the same bits.
    assert.deepEqual(resumed.logits, (await end(prefiller(), ids, [90])).logits);
  });

  it('cancelled before the first chunk, runs nothing and keeps nothing', async () => {
    const by = prefiller();
    const cancelled = await prefill(by, ids, [], () => true);
    assert.deepEqual(cancelled, { end: undefined, reused: 0, advanced: 0 });
    assert.equal(by.checkpoints.size, 0);
  });

  it('an error leaves the checkpoints as they were, and right', async () => {
    const by = prefiller();
    await end(by, ids, [40]);
    assert.equal(by.checkpoints.size, 1);
    const wrong = [...ids.slice(0, 70), 640, ...ids.slice(70)];
    await assert.rejects(prefill(by, wrong, [60], never), BadInputError);
    const next = await end(by, ids, [40]);
    assert.ok(next.reused >= 40);
    assert.deepEqual(next.logits, (await end(prefiller(), ids, [40, next.reused])).logits);
  });
});
