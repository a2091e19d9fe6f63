import assert from 'node:assert/strict';
import type { KeyPage } from '../../../engine/runtime/key-pages.ts';
import type { ModelSession } from '../../../engine/runtime/model-session.ts';
import type { SequenceState } from '../../../engine/runtime/sequence-state.ts';
import { seededRandom } from '../../../engine/seeded-random.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openTinyGranite, randomIds } from '../../fixtures/tiny-model.ts';

const PAGE_TOKENS = 64;

describe('keys and values of attention', () => {
  const folder = temporaryFolder();
  let session: ModelSession;
  before(async () => {
    ({ session } = await openTinyGranite(folder));
  });
  after(() => session.close());
  const advance = async (state: SequenceState, ids: readonly number[]): Promise<SequenceState> =>
    (await session.advance(state, ids, 'none')).state;
  const bytesOf = (states: readonly SequenceState[]): number =>
    [...new Set<KeyPage>(states.flatMap(({ pages }) => pages))].reduce(
      (sum, { values }) => sum + values.byteLength,
      0,
    );

  it('of one sequence are there once, however many of its states are kept', async () => {
    const kept = [session.initialState()];
    for (let at = 0; at < 40; at++)
      kept.push(await advance(kept.at(-1)?.retain() ?? session.initialState(), randomIds(9, at)));
    assert.equal(kept.at(-1)?.length, 360);
    assert.equal(bytesOf(kept), Math.ceil(360 / PAGE_TOKENS) * PAGE_TOKENS * session.keyBytes);
    for (const state of kept) state.release();
  });

  it('of sequences that part are shared up to the page where they do', async () => {
    const base = await advance(session.initialState(), randomIds(150));
    const branches = [
      await advance(base.retain(), randomIds(5, 2)),
      await advance(base.retain(), randomIds(5, 3)),
    ];
    assert.equal(bytesOf([base, ...branches]), 4 * PAGE_TOKENS * session.keyBytes);
    for (const state of [base, ...branches]) state.release();
  });

  it('are the same bits wherever a sequence is taken up again, and what is kept stays as it is', async () => {
    const random = seededRandom(5);
    const kept: { chunks: number[][]; state: SequenceState; values: Float32Array }[] = [];
    for (let step = 0; step < 60; step++) {
      const from = random() < 0.1 ? undefined : kept[Math.floor(random() ** 0.5 * kept.length)];
      const ids = randomIds(1 + Math.floor(random() * 60), step);
      const start = from?.state.retain() ?? session.initialState();
      const run = await session.advance(start, ids, 'last', 0);
      // Sometimes the same place by replaying the log.
      const replayed = random() < 0.5 && from !== undefined;
      const state = replayed ? await session.replay(from.state.retain(), run.log) : run.state;
      if (replayed) run.state.release();
      kept.push({ chunks: [...(from?.chunks ?? []), ids], state, values: session.valuesOf(state).slice() });
    }
    assert.ok(kept.some(({ state }) => state.length > 256));
    for (const { chunks, state, values } of kept) {
      assert.deepEqual(session.valuesOf(state), values);
      let cold = session.initialState();
      for (const ids of chunks) cold = await advance(cold, ids);
      assert.deepEqual(session.valuesOf(cold), values);
      cold.release();
      const copy = session.stateFrom(state.length, values);
      const [one, other] = [await advance(copy, [7, 8]), await advance(state.retain(), [7, 8])];
      assert.deepEqual(session.valuesOf(one), session.valuesOf(other));
      for (const done of [one, other, state]) done.release();
    }
  });

  it('that a replay adds to a sequence are read by the next run', async () => {
    const [begin, logged, end] = [randomIds(20, 1), randomIds(9, 2), randomIds(3, 3)];
    const run = await session.advance(await advance(session.initialState(), begin), logged, 'none', 0);
    const expected = await advance(run.state, end);
    (await advance(session.initialState(), randomIds(40, 4))).release();
    // The same sequence once more, with pages of its own.
    const again = await session.replay(await advance(session.initialState(), begin), run.log);
    const found = await advance(again, end);
    assert.deepEqual(session.valuesOf(found), session.valuesOf(expected));
    for (const state of [expected, found]) state.release();
  });

  it('of sequences side by side grow beyond the room that there was', async () => {
    const base = await advance(session.initialState(), randomIds(250));
    const fork = session.fork(base, 3);
    const alone = [base.retain(), base.retain(), base];
    for (let step = 0; step < 12; step++) {
      const ids = randomIds(3, 100 + step);
      const logits = (await session.advanceFork(fork, ids)).slice();
      for (const [row, id] of ids.entries()) {
        const state = alone[row];
        assert.ok(state);
        const next = await session.advance(state, [id], 'last');
        alone[row] = next.state;
        for (const [at, logit] of next.logits.entries())
          assert.ok(Math.abs((logits[row * 640 + at] ?? NaN) - logit) < 1e-4, `row ${row}, logit ${at}`);
      }
    }
    for (const state of alone) state.release();
  });
});
