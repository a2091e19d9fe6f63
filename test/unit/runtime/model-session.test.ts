import assert from 'node:assert/strict';
import { greedy } from '../../../engine/decoding/index.ts';
import type { LogitSelection, ModelSession } from '../../../engine/runtime/model-session.ts';
import type { SequenceState } from '../../../engine/runtime/sequence-state.ts';
import { assertBadInput } from '../../fixtures/bad-input.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openTinyGranite, openTinyModel, randomIds } from '../../fixtures/tiny-model.ts';

for (const [architecture, open] of [
  ['Mamba-2', openTinyModel],
  ['Granite', openTinyGranite],
] as const) {
  describe(`ModelSession of a tiny ${architecture}`, () => {
    const folder = temporaryFolder();
    let session: ModelSession;
    before(async () => {
      ({ session } = await open(folder));
    });
    after(() => session.close());

    /** State and last logits after some chunks, copied. */
    const run = async (
      chunks: readonly (readonly number[])[],
      selection: LogitSelection = 'last',
    ): Promise<{ values: Float32Array; logits: number[] }> => {
      let state = session.initialState();
      let logits: number[] = [];
      for (const chunk of chunks) {
        const next = await session.advance(state, chunk, selection);
        state = next.state;
        logits = [...next.logits];
      }
      const values = session.valuesOf(state).slice();
      state.release();
      return { values, logits };
    };

    it('begins with zeros, whatever the buffer held before', async () => {
      await run([randomIds(5)]);
      const state = session.initialState();
      assert.ok(state.buffer.values.every((value) => value === 0));
      state.release();
    });

    it('gives the same bits in place as into another buffer', async () => {
      const chunks = [randomIds(20, 1), randomIds(1, 2), randomIds(7, 3), randomIds(1, 4), randomIds(1, 5)];
      const inPlace = await run(chunks);
      const kept: SequenceState[] = [session.initialState()];
      let logits: number[] = [];
      for (const chunk of chunks) {
        const last = kept.at(-1);
        assert.ok(last);
        const next = await session.advance(last.retain(), chunk, 'last');
        kept.push(next.state);
        logits = [...next.logits];
      }
      const end = kept.at(-1);
      assert.deepEqual(end && session.valuesOf(end), inPlace.values);
      assert.deepEqual(logits, inPlace.logits);
      assert.deepEqual(
        kept.map(({ length }) => length),
        [0, 20, 21, 28, 29, 30],
      );
      for (const state of kept) state.release();
    });

    it('writes over a state that nobody keeps, and never over one that somebody does', async () => {
      const first = session.initialState();
      const { buffer } = first;
      const second = (await session.advance(first, [1, 2], 'none')).state;
      assert.equal(second.buffer, buffer);
      assert.throws(() => first.buffer, /after its last release/);
      const copy = session.valuesOf(second).slice();
      const third = (await session.advance(second.retain(), [3], 'none')).state;
      assert.notEqual(third.buffer, buffer);
      assert.deepEqual(session.valuesOf(second), copy);
      assert.notDeepEqual(session.valuesOf(third), copy);
      second.release();
      third.release();
    });

    it('two sequences taking turns do not disturb each other', async () => {
      const sequences = [randomIds(12, 8), randomIds(12, 9)];
      const alone = [];
      for (const ids of sequences) alone.push(await run(ids.map((id) => [id])));
      const states = sequences.map(() => session.initialState());
      const logits: number[][] = [[], []];
      for (let at = 0; at < 12; at++) {
        for (const [which, ids] of sequences.entries()) {
          const from = states[which];
          assert.ok(from);
          const next = await session.advance(from, ids.slice(at, at + 1), 'last');
          states[which] = next.state;
          logits[which] = [...next.logits];
        }
      }
      for (const [which, { values, logits: expected }] of alone.entries()) {
        const state = states[which];
        assert.ok(state);
        assert.deepEqual(session.valuesOf(state), values);
        assert.deepEqual(logits[which], expected);
        state.release();
      }
      assert.notDeepEqual(alone[0]?.values, alone[1]?.values);
    });

    it("'none', 'last' and 'all' leave the same state, and agree on the last token's logits", async () => {
      const ids = randomIds(9);
      const [none, last, all] = [await run([ids], 'none'), await run([ids]), await run([ids], 'all')];
      assert.deepEqual(none.values, last.values);
      assert.deepEqual(all.values, last.values);
      assert.equal(none.logits.length, 0);
      assert.equal(last.logits.length, 640);
      assert.equal(all.logits.length, 9 * 640);
      const rowOfLast = all.logits.slice(-640);
      for (const [id, logit] of last.logits.entries()) assertClose(rowOfLast[id], logit, `logit ${id}`);
      for (let at = 0; at < 9; at++) {
        const row = Float32Array.from(all.logits.slice(at * 640, (at + 1) * 640));
        const { logits } = await run([ids.slice(0, at + 1)]);
        assert.equal(greedy(row), greedy(Float32Array.from(logits)), `token ${at}`);
      }
    });

    it('one by one and in chunks, it says the same', async () => {
      const ids = randomIds(50);
      const whole = await run([ids]);
      const single = await run(ids.map((id) => [id]));
      for (const [at, logit] of whole.logits.entries()) assertClose(single.logits[at], logit, `logit ${at}`);
    });

    it('replays logged tokens to the bits that advancing gave, all of them or some', async () => {
      const base = (await session.advance(session.initialState(), randomIds(20, 4), 'none')).state;
      const ids = randomIds(9, 5);
      const run = await session.advance(base.retain(), ids, 'none', 0);
      assert.equal(run.log.length, 9);
      assert.equal(run.log[0]?.byteLength, session.logBytes);
      const whole = await session.replay(base.retain(), run.log);
      assert.deepEqual(session.valuesOf(whole), session.valuesOf(run.state));
      assert.equal(whole.length, 29);
      whole.release();
      // A part, in two replays, and then the rest by advancing.
      const part = await session.replay(
        await session.replay(base.retain(), run.log.slice(0, 2)),
        run.log.slice(2, 5),
      );
      assert.equal(part.length, 25);
      const again = await session.advance(base.retain(), ids.slice(0, 5), 'none');
      for (const [at, value] of session.valuesOf(again.state).entries())
        assertClose(session.valuesOf(part)[at], value, `value ${at}`);
      for (const state of [part, again.state, run.state, base]) state.release();
    });

    it('logs the tokens that it is asked to, and logs given back are used again', async () => {
      const run = await session.advance(session.initialState(), randomIds(6), 'none', 4);
      assert.equal(run.log.length, 2);
      session.recycle(run.log);
      const next = await session.advance(run.state, randomIds(1), 'none', 0);
      assert.ok(run.log.includes(next.log[0] ?? new Float32Array()));
      next.state.release();
    });

    it('a state kept elsewhere goes on like the one that it was', async () => {
      const first = (await session.advance(session.initialState(), randomIds(11), 'none')).state;
      const copy = session.stateFrom(first.length, session.valuesOf(first).slice());
      assert.equal(copy.length, 11);
      const [one, other] = [
        await session.advance(first, [3], 'last'),
        await session.advance(copy, [3], 'last'),
      ];
      assert.deepEqual(session.valuesOf(one.state), session.valuesOf(other.state));
      one.state.release();
      other.state.release();
    });

    it('sequences in one batch say what each says alone', async () => {
      const end = await session.advance(session.initialState(), randomIds(15), 'none');
      const fork = session.fork(end.state, 3);
      const alone = [7, 8, 9].map(() => end.state.retain());
      end.state.release();
      for (const ids of [
        [7, 8, 9],
        [100, 200, 300],
      ]) {
        const logits = await session.advanceFork(fork, ids);
        assert.equal(logits.length, 3 * 640);
        for (const [row, id] of ids.entries()) {
          const state = alone[row];
          assert.ok(state);
          const next = await session.advance(state, [id], 'last');
          alone[row] = next.state;
          for (const [at, logit] of next.logits.entries())
            assertClose(logits[row * 640 + at], logit, `row ${row}, logit ${at}`);
        }
      }
      for (const state of alone) state.release();
    });

    for (const wrong of [-1, 640, 1.5, NaN, 2 ** 40]) {
      it(`refuses the id ${wrong}, and the state goes on as if nothing had been asked`, async () => {
        const expected = await run([[5, 6], [7]]);
        const { state } = await session.advance(session.initialState(), [5, 6], 'none');
        await assertBadInput(session.advance(state, [1, wrong], 'last'), {
          source: /tiny/,
          field: 'ids',
          expected: 'token ids from 0 to 639',
          found: String(wrong),
        });
        const next = await session.advance(state, [7], 'last');
        assert.deepEqual(session.valuesOf(next.state), expected.values);
        assert.deepEqual([...next.logits], expected.logits);
        next.state.release();
      });
    }

    it('refuses to advance by nothing, and the state stays usable', async () => {
      const state = session.initialState();
      await assert.rejects(session.advance(state, [], 'last'), /at least one token/);
      assert.equal(state.isShared, false);
      (await session.advance(state, [1], 'none')).state.release();
    });
  });
}

describe('ModelSession', () => {
  const folder = temporaryFolder();

  it('says how large a state is', async () => {
    const { session } = await openTinyModel(folder);
    // 2 layers · (4 heads · 32 channels · 16 states + 3 columns of 128 + 2 · 2 · 16 channels), in float32.
    assert.equal(session.stateBytes, 2 * (4 * 32 * 16 + 3 * (128 + 64)) * 4);
    assert.equal(session.bytesAfter(1000), session.stateBytes);
    const state = session.initialState();
    assert.equal(state.buffer.values.byteLength, session.stateBytes);
    assert.equal(state.length, 0);
    state.release();
    await session.close();
  });

  it('says by how much a state grows', async () => {
    const { session } = await openTinyGranite(folder);
    assert.equal(session.stateBytes, 2 * (4 * 32 * 16 + 3 * (128 + 32)) * 4);
    // Keys and values of 2 heads of 16.
    assert.equal(session.keyBytes, 2 * 2 * 16 * 4);
    const { state } = await session.advance(session.initialState(), randomIds(100), 'none');
    assert.equal(session.valuesOf(state).byteLength, session.bytesAfter(100));
    state.release();
    await session.close();
  });
});

/** To float32's precision: matrix products of other sizes add up in another order. */
function assertClose(actual: number | undefined, expected: number, what: string): void {
  assert.ok(
    Math.abs((actual ?? NaN) - expected) <= 1e-4 * (1 + Math.abs(expected)),
    `${what}: ${String(actual)} instead of ${expected}`,
  );
}
