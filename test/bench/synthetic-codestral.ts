import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Mamba2Config } from '../../engine/weights/mamba2-config.ts';
import { tensorShapes } from '../../engine/weights/model-config.ts';
import { seededRandom } from '../../engine/seeded-random.ts';
import { codestralConfig, huggingFaceConfig, randomTensor } from '../fixtures/random-checkpoint.ts';

export type Layout = 'hugging-face' | 'mistral';

const LAYERS = 64;
/** As the published shards are. */
const MAX_SHARD_BYTES = 5e9;
/** Not a multiple of a row, so that neighbours differ. */
const NOISE_WEIGHTS = (1 << 24) + 1021;
/** Of trained matrices of this size, about. */
const STANDARD_DEVIATION = 0.02;
const TOKENIZERS = '../shared/data/tokenizer';

interface Tensor {
  name: string;
  shape: readonly number[];
  /** The name in the file. */
  stored: string;
}

/**
 * Writes a checkpoint of Codestral Mamba's names, shapes and files, 14.6 GB with all its layers, of random weights in bfloat16:
 * Gaussian in the matrices, where one stretch of numbers is repeated, since drawing seven thousand million would take minutes.
 * Its tokenizer comes along where it is at hand. Returns the bytes written.
 */
export function writeSyntheticCodestral(folder: string, layout: Layout, layers = LAYERS): number {
  const config = codestralConfig(layers);
  mkdirSync(folder, { recursive: true });
  const noise = gaussianNoise();
  const tensors = [...tensorShapes(config)].map(([name, shape]): Tensor => {
    const mistral = `model.${name.replace('backbone.embeddings.', 'backbone.embedding.')}`;
    return { name, shape, stored: layout === 'mistral' ? mistral : name };
  });
  const shards = layout === 'mistral' ? [tensors] : divide(tensors);
  const index: Record<string, string> = {};
  let bytes = 0;
  for (const [at, shard] of shards.entries()) {
    const file =
      layout === 'mistral'
        ? 'consolidated.safetensors'
        : `model-${five(at + 1)}-of-${five(shards.length)}.safetensors`;
    for (const { stored } of shard) index[stored] = file;
    bytes += writeShard(join(folder, file), shard, noise);
  }
  if (layout === 'mistral') {
    writeFileSync(join(folder, 'params.json'), JSON.stringify(mistralParams(config)));
  } else {
    writeFileSync(join(folder, 'config.json'), JSON.stringify(huggingFaceConfig(config)));
    const metadata = { total_size: bytes };
    writeFileSync(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ metadata, weight_map: index }),
    );
  }
  for (const file of existsSync(TOKENIZERS) ? readdirSync(TOKENIZERS) : []) {
    copyFileSync(join(TOKENIZERS, file), join(folder, file));
  }
  return bytes;
}

function divide(tensors: readonly Tensor[]): Tensor[][] {
  const shards: Tensor[][] = [[]];
  let bytes = 0;
  for (const tensor of tensors) {
    const length = 2 * elementsOf(tensor);
    if (bytes + length > MAX_SHARD_BYTES) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)?.push(tensor);
    bytes += length;
  }
  return shards;
}

function writeShard(path: string, tensors: readonly Tensor[], noise: Uint8Array): number {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const tensor of tensors) {
    const length = 2 * elementsOf(tensor);
    header[tensor.stored] = {
      dtype: 'BF16',
      shape: tensor.shape,
      data_offsets: [offset, (offset += length)],
    };
  }
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  const file = openSync(path, 'w');
  writeSync(file, Buffer.concat([prefix, json]));
  const random = seededRandom(tensors.length);
  for (const tensor of tensors) {
    const elements = elementsOf(tensor);
    if (tensor.shape.length !== 2) {
      writeSync(file, randomTensor(tensor.name, elements, tensor.shape.at(-1) ?? 1, random));
      continue;
    }
    // Each from another place.
    let from = 2 * Math.floor(random() * NOISE_WEIGHTS);
    for (let left = 2 * elements; left > 0; from = 0) {
      left -= writeSync(file, noise, from, Math.min(left, noise.length - from));
    }
  }
  closeSync(file);
  return offset;
}

/** By Box and Muller. */
function gaussianNoise(): Uint8Array {
  const random = seededRandom(11);
  const words = new Uint16Array(NOISE_WEIGHTS);
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  for (let i = 0; i < words.length; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    float[0] = STANDARD_DEVIATION * radius * Math.cos(2 * Math.PI * random());
    words[i] = ((bits[0] ?? 0) + 0x8000) >>> 16;
  }
  return new Uint8Array(words.buffer);
}

function mistralParams({
  hiddenSize,
  layers,
  vocabularySize,
  groups,
}: Mamba2Config): Record<string, unknown> {
  return {
    dim: hiddenSize,
    n_layers: layers,
    vocab_size: vocabularySize,
    n_groups: groups,
    rms_norm: true,
    residual_in_fp32: true,
    fused_add_norm: true,
    pad_vocab_size_multiple: 1,
    tie_embeddings: false,
    model_type: 'mamba',
  };
}

function elementsOf({ shape }: Tensor): number {
  return shape.reduce((product, size) => product * size, 1);
}

function five(number: number): string {
  return String(number).padStart(5, '0');
}
