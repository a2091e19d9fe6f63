import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { greedy } from '../../engine/decoding/index.ts';
import { openModel, type OpenModel } from '../../engine/runtime/open-model.ts';
import '../fixtures/private-runtime.ts';

/** By transformers, of the same weights; see make_checkpoints.py beside them. */
interface Expected {
  prompt: number[];
  /** By position. */
  logits: Record<string, number[]>;
  greedy: number[];
}

const FOLDER = 'test/fixtures/transformers';
const TOLERANCE = 1e-3;

for (const name of ['granite-tied', 'granite-bias', 'mamba2-one-group']) {
  describe(`transformers' ${name}`, () => {
    const expected = JSON.parse(readFileSync(join(FOLDER, name, 'expected.json'), 'utf8')) as Expected;
    let model: OpenModel;
    before(async () => {
      model = await openModel(join(FOLDER, name), { threads: 2 });
    });
    after(() => model.close());

    it('has the same logits', async () => {
      const { session } = model;
      const { state, logits } = await session.advance(session.initialState(), expected.prompt, 'all');
      state.release();
      for (const [position, row] of Object.entries(expected.logits)) {
        assert.equal(row.length, session.vocabularySize);
        for (const [id, logit] of row.entries()) {
          const error = Math.abs((logits[Number(position) * row.length + id] ?? NaN) - logit);
          assert.ok(error <= TOLERANCE, `logit ${id} at ${position} is ${error} off`);
        }
      }
    });

    it('goes on with the same 64 tokens, one by one', async () => {
      const { session } = model;
      let { state, logits } = await session.advance(session.initialState(), expected.prompt, 'last');
      const ids = [greedy(logits)];
      while (ids.length < 64) {
        ({ state, logits } = await session.advance(state, ids.slice(-1), 'last'));
        ids.push(greedy(logits));
      }
      state.release();
      assert.deepEqual(ids, expected.greedy);
    });
  });
}
