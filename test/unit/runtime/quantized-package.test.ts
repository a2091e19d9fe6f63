import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openModel } from '../../../engine/runtime/open-model.ts';
import { convert } from '../../../engine/weights/convert.ts';
import { tensorShapes } from '../../../engine/weights/model-config.ts';
import '../../fixtures/private-runtime.ts';
import { huggingFaceConfig, randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { safetensors } from '../../fixtures/safetensors.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { storedValues } from '../weights/dequantize.ts';

const IDS = [1, 5, 300, 17, 4, 4, 639];

describe('a quantized package', () => {
  const root = temporaryFolder();

  for (const { name, bits, block, shape } of [
    { name: '4 bits', bits: 4, block: 64, shape: { hiddenSize: 128, heads: 8, tiedHead: false } },
    {
      name: '4 bits, an odd number of blocks a row',
      bits: 4,
      block: 32,
      shape: { hiddenSize: 96, heads: 6 },
    },
    {
      name: '4 bits, an embedding in an odd number of blocks',
      bits: 4,
      block: 32,
      shape: { hiddenSize: 96, heads: 6, tiedHead: false },
    },
    {
      name: '4 bits, a mixture by layer',
      bits: 4,
      block: undefined,
      shape: { layers: 48, hiddenSize: 128, heads: 8 },
    },
    { name: '8 bits', bits: 8, block: 64, shape: {} },
  ] as const) {
    // The runtime rounds activations to 8 bits, which is all that may differ.
    it(`${name}: gives the logits of the weights that it stores`, async () => {
      const config = randomConfig(shape);
      const folder = join(root, name);
      const [source, destination, exact] = ['source', 'package', 'exact'].map((part) => join(folder, part));
      assert.ok(source && destination && exact);
      writeRandomCheckpoint(source, config);
      const manifest = await convert({ source, destination, bits, block });
      const weights = readFileSync(join(destination, 'weights.bin'));
      mkdirSync(exact);
      writeFileSync(join(exact, 'config.json'), JSON.stringify(huggingFaceConfig(config)));
      const tensors = [...tensorShapes(config)].map(([tensor, size]) => {
        const stored = manifest.tensors[tensor];
        assert.ok(stored);
        return { name: tensor, shape: size, values: storedValues(weights, stored) };
      });
      writeFileSync(join(exact, 'model.safetensors'), safetensors(tensors));
      const found = await logits(destination);
      const expected = await logits(exact);
      let error = 0;
      let squares = 0;
      for (const [at, logit] of expected.entries()) {
        error += (logit - (found[at] ?? NaN)) ** 2;
        squares += logit ** 2;
      }
      assert.ok(error / squares < 1e-2, `${error / squares} of the logits' squares`);
    });
  }
});

async function logits(folder: string): Promise<number[]> {
  const model = await openModel(folder, { threads: 1 });
  const run = await model.session.advance(model.session.initialState(), IDS, 'all');
  const values = [...run.logits];
  run.state.release();
  await model.close();
  return values;
}
