import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInputError } from '../../../engine/errors.ts';
import { openCheckpoint } from '../../../engine/weights/checkpoint.ts';
import { readTensor } from '../../fixtures/read-tensor.ts';
import { toFloat32 } from '../../../engine/weights/floats.ts';
import { ELEMENT_BYTES, type FloatType } from '../../../engine/weights/safetensors.ts';
import { readConfig } from '../../../engine/weights/read-config.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';

describe('openCheckpoint', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mamba-checkpoint-'));
    writeRandomCheckpoint(folder, randomConfig());
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const weights = (): string => join(folder, 'model.safetensors');
  const config = (): string => join(folder, 'config.json');
  const changeConfig = (change: Record<string, unknown>): void => {
    const fields = JSON.parse(readFileSync(config(), 'utf8')) as Record<string, unknown>;
    writeFileSync(config(), JSON.stringify({ ...fields, ...change }));
  };

  it('reads shards as it reads one file', async () => {
    const whole = await openCheckpoint(folder);
    const names = [...whole.tensors.keys()];
    const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    const weightMap: Record<string, string> = {};
    const expected = new Map<string, Float32Array>();
    for (const [name, location] of whole.tensors) expected.set(name, readTensor(location));
    for (const [shard, file] of shards.entries()) {
      const part = names.filter((_, index) => index % 2 === shard);
      for (const name of part) weightMap[name] = file;
      writeFileSync(
        join(folder, file),
        safetensors(
          part.map((name) => [
            name,
            whole.tensors.get(name)?.shape ?? [],
            expected.get(name) ?? new Float32Array(),
          ]),
        ),
      );
    }
    rmSync(weights());
    writeFileSync(`${weights()}.index.json`, JSON.stringify({ metadata: {}, weight_map: weightMap }));
    const sharded = await openCheckpoint(folder);
    assert.equal(sharded.files.length, 2);
    for (const [name, location] of sharded.tensors)
      assert.deepEqual(readTensor(location), expected.get(name));
  });

  it('accepts bare Infinity in config.json', async () => {
    const text = readFileSync(config(), 'utf8').replace('{', '{"time_step_limit": [0.0, Infinity],');
    writeFileSync(config(), text);
    assert.deepEqual((await readConfig(folder)).config.timeStepLimit, { min: 0, max: null });
    changeConfigText('Infinity', '{"__float__": "Infinity"}');
    assert.deepEqual((await readConfig(folder)).config.timeStepLimit, { min: 0, max: null });
  });
  const changeConfigText = (from: string, to: string): void => {
    writeFileSync(config(), readFileSync(config(), 'utf8').replace(from, to));
  };

  const refusals: [
    what: string,
    spoil: () => void,
    file: () => string,
    field: string | undefined,
    found: RegExp,
  ][] = [
    [
      'a truncated file',
      () => {
        truncateSync(weights(), 20_000);
      },
      weights,
      'backbone.embeddings.weight',
      /bytes \d+ to \d+/,
    ],
    [
      'a header longer than the file',
      () => {
        patch(weights(), 0, [255, 255, 255, 255, 0, 0, 0, 0]);
      },
      weights,
      'header length',
      /4294967295 bytes/,
    ],
    [
      'a header that is no JSON',
      () => {
        patch(weights(), 8, [91]);
      },
      weights,
      'header',
      /JSON/,
    ],
    [
      'an empty file',
      () => {
        truncateSync(weights(), 0);
      },
      weights,
      'header',
      /0 bytes/,
    ],
    [
      'a missing file',
      () => {
        rmSync(weights());
      },
      weights,
      undefined,
      /no such file/,
    ],
    [
      'a missing config',
      () => {
        rmSync(config());
      },
      config,
      undefined,
      /no such file/,
    ],
    [
      'another architecture',
      () => {
        changeConfig({ model_type: 'llama' });
      },
      config,
      'model_type',
      /"llama"/,
    ],
    [
      'a tensor of another shape',
      () => {
        changeConfig({ state_size: 32 });
      },
      weights,
      'backbone.layers.0.mixer.in_proj.weight',
      /shape/,
    ],
    [
      'a missing tensor',
      () => {
        changeConfig({ num_hidden_layers: 3 });
      },
      weights,
      'backbone.layers.2.norm.weight',
      /no such tensor/,
    ],
    [
      'groups that do not divide the heads',
      () => {
        changeConfig({ n_groups: 3 });
      },
      config,
      'n_groups',
      /3/,
    ],
    [
      'a dimension that is no number',
      () => {
        changeConfig({ hidden_size: '64' });
      },
      config,
      'hidden_size',
      /"64"/,
    ],
    [
      'a convolution of one column, which keeps no state',
      () => {
        changeConfig({ conv_kernel: 1 });
      },
      config,
      'conv_kernel',
      /1/,
    ],
    [
      'a dimension beyond reason',
      () => {
        changeConfig({ vocab_size: 1e12 });
      },
      config,
      'vocab_size',
      /1000000000000/,
    ],
    [
      'limits in the wrong order',
      () => {
        changeConfig({ time_step_limit: [0.2, 0.1] });
      },
      config,
      'time_step_limit',
      /0.2/,
    ],
    [
      'a projection bias, which the engine does not compute',
      () => {
        changeConfig({ use_bias: true });
      },
      config,
      'use_bias',
      /true/,
    ],
    [
      'an index that points out of the folder',
      () => {
        rmSync(weights());
        writeFileSync(`${weights()}.index.json`, JSON.stringify({ weight_map: { a: '../secret' } }));
      },
      () => `${weights()}.index.json`,
      'a',
      /secret/,
    ],
  ];
  for (const [what, spoil, file, field, found] of refusals) {
    it(`refuses ${what}`, async () => {
      spoil();
      await assert.rejects(openCheckpoint(folder), (error: unknown) => {
        assert.ok(error instanceof BadInputError, String(error));
        assert.equal(error.input.source, file());
        assert.equal(error.input.field, field);
        assert.match(error.input.found, found);
        return true;
      });
    });
  }
});

describe('toFloat32', () => {
  const read = (bytes: Uint8Array, type: FloatType): number[] => {
    const target = new Float32Array(bytes.length / ELEMENT_BYTES[type]);
    toFloat32(bytes, type, target);
    return [...target];
  };

  it('reads the three types', () => {
    const numbers = [0, -0, 1, -2.5, 65504, 2 ** -24, Infinity];
    assert.deepEqual(read(new Uint8Array(Float32Array.from(numbers).buffer), 'F32'), numbers);
    const float16 = Uint16Array.of(0, 0x8000, 0x3c00, 0xc100, 0x7bff, 1, 0x7c00);
    assert.deepEqual(read(new Uint8Array(float16.buffer), 'F16'), numbers);
    const bfloat16 = Uint16Array.of(0, 0x8000, 0x3f80, 0xc020, 0x7f80);
    assert.deepEqual(read(new Uint8Array(bfloat16.buffer), 'BF16'), [0, -0, 1, -2.5, Infinity]);
    assert.ok(Number.isNaN(read(Uint8Array.of(1, 0x7e), 'F16')[0]));
  });
});

function patch(path: string, at: number, bytes: readonly number[]): void {
  const content = readFileSync(path);
  content.set(bytes, at);
  writeFileSync(path, content);
}

function safetensors(tensors: [name: string, shape: readonly number[], values: Float32Array][]): Buffer {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, shape, values] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, (offset += values.byteLength)] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const data = tensors.map(
    ([, , values]) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  return Buffer.concat([length, json, ...data]);
}
