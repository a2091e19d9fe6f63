import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { greedy } from '../../engine/decoding/index.ts';
import type { SequenceState } from '../../engine/runtime/sequence-state.ts';
import { openModel, type OpenModel } from '../../engine/runtime/open-model.ts';
import { convert } from '../../engine/weights/convert.ts';
import { openCheckpoint } from '../../engine/weights/checkpoint.ts';
import '../fixtures/private-runtime.ts';

/** Written by a float64 recurrence; SSM states are (layer, head, head_dim, state) there. */
interface Expected {
  prompt: number[];
  logits: Record<string, number[]>;
  greedy: number[];
  end_of_prompt_state: {
    ssm_sum: number[];
    ssm_abs_sum: number[];
    ssm_first_head: number[][];
    conv_abs_sum: number[];
  };
}

const GOLDEN = '../shared/golden';
const MODELS = ['codestral-like-consolidated', 'codestral-like-hf', 'tied-one-group', 'time-step-clamped'];
const TOLERANCE = 1e-3;

for (const name of MODELS) {
  describe(`golden model ${name}`, () => {
    const folder = join(GOLDEN, name);
    let model: OpenModel;
    let expected: Expected;

    before(async function () {
      if (!existsSync(folder)) {
        console.log(`        ${folder} is not here: the golden models are not part of the project`);
        this.skip();
      }
      expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
      model = await openModel(folder, { threads: 2 });
    });

    // Undefined where the folder is absent and `before` skipped.
    after(() => (model as OpenModel | undefined)?.session.close());

    it('gives the logits of the reference', async () => {
      const { state, logits } = await model.session.advance(
        model.session.initialState(),
        expected.prompt,
        'all',
      );
      const size = model.session.vocabularySize;
      for (const [position, row] of Object.entries(expected.logits)) {
        assert.equal(row.length, size);
        for (const [id, logit] of row.entries()) {
          assertNear(logits[Number(position) * size + id], logit, `logit ${id} at ${position}`);
        }
      }
      state.release();
    });

    it('ends the prompt in the state of the reference', async () => {
      const { state } = await model.session.advance(model.session.initialState(), expected.prompt, 'none');
      const { stateSize, headDim, layers } = model.manifest.config;
      const { ssm_sum, ssm_abs_sum, ssm_first_head, conv_abs_sum } = expected.end_of_prompt_state;
      for (let layer = 0; layer < layers; layer++) {
        const ssm = tensor(state, `ssm.${layer}`);
        assertNear(sum(ssm), ssm_sum[layer], `ssm sum of layer ${layer}`);
        assertNear(sum(ssm.map(Math.abs)), ssm_abs_sum[layer], `ssm abs sum of layer ${layer}`);
        assertNear(
          sum(tensor(state, `conv.${layer}`).map(Math.abs)),
          conv_abs_sum[layer],
          `conv of layer ${layer}`,
        );
        for (const [at, value] of (ssm_first_head[layer] ?? []).entries()) {
          const [channel, n] = [Math.floor(at / stateSize), at % stateSize];
          assertNear(ssm[n * headDim + channel], value, `state ${n} of channel ${channel}, layer ${layer}`);
        }
      }
      state.release();
    });

    it('decodes the 48 greedy tokens of the reference', async () => {
      let { state, logits } = await model.session.advance(
        model.session.initialState(),
        expected.prompt,
        'last',
      );
      const ids = [greedy(logits)];
      while (ids.length < 48) {
        ({ state, logits } = await model.session.advance(state, ids.slice(-1), 'last'));
        ids.push(greedy(logits));
      }
      assert.deepEqual(ids, expected.greedy);
      state.release();
    });

    it('gives the same bits for a prompt cut anywhere and resumed, for the same chunks', async () => {
      for (const cut of [1, 2, 3, 5, 17, 36, 64, 69]) {
        const resumed = await advanceBy(model, expected.prompt, [cut]);
        // Between the two chunks the state is kept, another sequence runs, and the kept one goes on.
        const { state: first } = await model.session.advance(
          model.session.initialState(),
          expected.prompt.slice(0, cut),
          'none',
        );
        (await advanceBy(model, [3, 1, 4, 1, 5], [2])).state.release();
        const second = await model.session.advance(first.retain(), expected.prompt.slice(cut), 'last');
        assert.deepEqual(second.state.buffer.values, resumed.state.buffer.values, `cut at ${cut}`);
        assert.deepEqual([...second.logits], resumed.logits, `cut at ${cut}`);
        for (const state of [first, second.state, resumed.state]) state.release();
      }
    });

    it('changes no state that somebody keeps', async () => {
      const kept = (await model.session.advance(model.session.initialState(), expected.prompt, 'none')).state;
      const before = kept.buffer.values.slice();
      const { state } = await model.session.advance(kept.retain(), [7, 8, 9], 'none');
      assert.deepEqual(kept.buffer.values, before);
      assert.notDeepEqual(state.buffer.values, before);
      kept.release();
      state.release();
    });

    for (const bits of [4, 8] as const) {
      it(`stays close to its weights in ${bits} bits`, async () => {
        const temporary = mkdtempSync(join(tmpdir(), 'mamba-test-'));
        try {
          const destination = join(temporary, name);
          await checkStoredErrors(folder, destination, bits);
          const converted = await openModel(destination, { threads: 2 });
          const { logits } = await converted.session.advance(
            converted.session.initialState(),
            expected.prompt,
            'all',
          );
          const size = converted.session.vocabularySize;
          let [error, norm] = [0, 0];
          for (const [position, row] of Object.entries(expected.logits)) {
            for (const [id, logit] of row.entries()) {
              error += ((logits[Number(position) * size + id] ?? NaN) - logit) ** 2;
              norm += logit ** 2;
            }
          }
          // Seen on the four models: 2.5 to 4.5 % with 8 bits, 18 to 28 % with 4. Their random weights forgive less than trained ones.
          const relative = Math.sqrt(error / norm);
          assert.ok(relative < (bits === 8 ? 0.06 : 0.35), `relative error ${relative}`);
          await converted.session.close();
        } finally {
          rmSync(temporary, { recursive: true });
        }
      });
    }
  });
}

/** The error that the manifest reports for each matrix is within half a step of its largest weight. */
async function checkStoredErrors(folder: string, destination: string, bits: 4 | 8): Promise<void> {
  const manifest = await convert({ source: folder, destination, bits, block: 64 });
  const checkpoint = await openCheckpoint(folder);
  assert.equal(manifest.bits, bits);
  for (const [name, tensor] of Object.entries(manifest.tensors)) {
    if (tensor.encoding !== 'blocks') continue;
    assert.ok(checkpoint.tensors.has(name));
    assert.ok(tensor.maxError > 0 && tensor.maxError < 1, `${name}: ${tensor.maxError}`);
  }
}

async function advanceBy(
  { session }: OpenModel,
  ids: readonly number[],
  cuts: readonly number[],
): Promise<{ state: SequenceState; logits: number[] }> {
  let state = session.initialState();
  let logits: number[] = [];
  for (const [index, from] of [0, ...cuts].entries()) {
    const run = await session.advance(state, ids.slice(from, cuts[index]), 'last');
    state = run.state;
    logits = [...run.logits];
  }
  return { state, logits };
}

function tensor(state: SequenceState, name: string): Float32Array {
  const data = state.buffer.tensors.get(name)?.data;
  assert.ok(data instanceof Float32Array);
  return data;
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function assertNear(actual: number | undefined, expected: number | undefined, what: string): void {
  assert.ok(actual !== undefined && expected !== undefined, what);
  assert.ok(Math.abs(actual - expected) <= TOLERANCE, `${what}: ${actual} instead of ${expected}`);
}
