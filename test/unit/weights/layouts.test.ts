import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCheckpoint } from '../../../engine/weights/checkpoint.ts';
import { readTensor } from '../../fixtures/read-tensor.ts';
import { tensorShapes } from '../../../engine/weights/model-config.ts';
import { assertBadInput } from '../../fixtures/bad-input.ts';
import { seededRandom } from '../../../engine/seeded-random.ts';
import { huggingFaceConfig, randomConfig } from '../../fixtures/random-checkpoint.ts';
import { safetensors, type TensorFile } from '../../fixtures/safetensors.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

/** Multiples of 2^-10 below 1: float16 holds them all, bfloat16 those of 8 bits. */
function randomTensors(config: Parameters<typeof tensorShapes>[0], step: number): TensorFile[] {
  const random = seededRandom(3);
  return [...tensorShapes(config)].map(([name, shape]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return { name, shape, values: Float32Array.from({ length }, () => Math.floor(random() / step) * step) };
  });
}

describe('checkpoints of every type and layout', () => {
  const folder = temporaryFolder();

  for (const [type, step] of [
    ['F32', 2 ** -20],
    ['F16', 2 ** -10],
    ['BF16', 2 ** -7],
  ] as const) {
    it(`reads ${type} exactly`, async () => {
      const config = randomConfig();
      const tensors = randomTensors(config, step);
      writeFileSync(join(folder, 'config.json'), JSON.stringify(huggingFaceConfig(config)));
      writeFileSync(join(folder, 'model.safetensors'), safetensors(tensors, type));
      const checkpoint = await openCheckpoint(folder);
      assert.equal(checkpoint.tensors.size, tensors.length);
      for (const { name, values } of tensors) {
        const location = checkpoint.tensors.get(name);
        assert.ok(location);
        assert.equal(location.type, type);
        assert.deepEqual(readTensor(location), values, name);
      }
    });
  }

  it("refuses a type that is no float of the models'", async () => {
    const file = safetensors(randomTensors(randomConfig(), 0.5)).toString('latin1');
    writeFileSync(join(folder, 'model.safetensors'), file.replace('"F32"', '"I32"'), 'latin1');
    await assertBadInput(openCheckpoint(folder), {
      source: join(folder, 'model.safetensors'),
      field: 'backbone.embeddings.weight',
      expected: 'dtype F32, BF16, F16',
      found: '"I32"',
    });
  });

  describe("Mistral's layout in shards", () => {
    const mistral = join(folder, 'mistral');
    const index = join(mistral, 'consolidated.safetensors.index.json');
    const config = randomConfig({
      hiddenSize: 64,
      heads: 2,
      headDim: 64,
      stateSize: 128,
      groups: 2,
      layers: 1,
      vocabularySize: 96,
      tiedHead: false,
    });
    const tensors = randomTensors(config, 0.25);
    const stored = tensors.map((tensor) => ({
      ...tensor,
      name: `model.${tensor.name.replace('embeddings', 'embedding')}`,
    }));
    const shards = ['a.safetensors', 'b.safetensors'];
    const weightMap = Object.fromEntries(stored.map(({ name }, at) => [name, shards[at % 2]]));
    beforeEach(() => {
      rmSync(mistral, { recursive: true, force: true });
      mkdirSync(mistral);
      const parameters = {
        dim: 64,
        n_layers: 1,
        vocab_size: 90,
        pad_vocab_size_multiple: 32,
        n_groups: 2,
        tie_embeddings: false,
      };
      writeFileSync(join(mistral, 'params.json'), JSON.stringify(parameters));
      for (const [at, shard] of shards.entries()) {
        writeFileSync(join(mistral, shard), safetensors(stored.filter((_, tensor) => tensor % 2 === at)));
      }
      writeFileSync(index, JSON.stringify({ weight_map: weightMap }));
    });

    it('reads every tensor, with the defaults of mamba_ssm and a padded vocabulary', async () => {
      const checkpoint = await openCheckpoint(mistral);
      assert.deepEqual(checkpoint.config, config);
      assert.deepEqual(
        checkpoint.files,
        shards.map((shard) => join(mistral, shard)),
      );
      for (const { name, values } of tensors) {
        const location = checkpoint.tensors.get(name);
        assert.ok(location);
        assert.deepEqual(readTensor(location), values, name);
      }
    });

    it('refuses an index that names a missing file', async () => {
      rmSync(join(mistral, 'b.safetensors'));
      await assertBadInput(openCheckpoint(mistral), {
        source: join(mistral, 'b.safetensors'),
        found: 'no such file',
      });
    });

    it('refuses an index that puts a tensor in the wrong file', async () => {
      const name = 'model.backbone.embedding.weight';
      writeFileSync(index, JSON.stringify({ weight_map: { ...weightMap, [name]: 'b.safetensors' } }));
      await assertBadInput(openCheckpoint(mistral), { source: join(mistral, 'b.safetensors'), field: name });
    });

    it('refuses an index without a map, and one that leaves a tensor out', async () => {
      writeFileSync(index, '{}');
      await assertBadInput(openCheckpoint(mistral), { source: index, field: 'weight_map', found: 'nothing' });
      const name = 'model.lm_head.weight';
      writeFileSync(index, JSON.stringify({ weight_map: { ...weightMap, [name]: undefined } }));
      await assertBadInput(openCheckpoint(mistral), {
        source: mistral,
        field: name,
        found: 'no such tensor',
      });
    });
  });
});
