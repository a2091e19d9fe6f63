import type { StoredTensor } from '../../../engine/weights/manifest.ts';
import type { Mamba2Config } from '../../../engine/weights/mamba2-config.ts';
import { innerSize } from '../../../engine/weights/model-shape.ts';
import type { GgufTensor } from './gguf.ts';
import { q8Blocks } from './q8-blocks.ts';

/** llama.cpp's names of a layer's tensors, by Hugging Face's. */
const LAYER_NAMES: Readonly<Record<string, string>> = {
  'norm.weight': 'attn_norm.weight',
  'mixer.in_proj.weight': 'ssm_in.weight',
  'mixer.conv1d.weight': 'ssm_conv1d.weight',
  'mixer.conv1d.bias': 'ssm_conv1d.bias',
  'mixer.A_log': 'ssm_a',
  'mixer.D': 'ssm_d',
  'mixer.dt_bias': 'ssm_dt.bias',
  'mixer.norm.weight': 'ssm_norm.weight',
  'mixer.out_proj.weight': 'ssm_out.weight',
};
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'backbone.embeddings.weight': 'token_embd.weight',
  'backbone.norm_f.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

/**
 * One of a model package's tensors as llama.cpp's Mamba-2 wants it.
 * @param name Hugging Face's
 * @param weights the package's whole weights file, little-endian
 */
export function ggufTensor(
  name: string,
  stored: StoredTensor,
  weights: Buffer,
  config: Mamba2Config,
): GgufTensor {
  const renamed = ggufName(name);
  if (stored.encoding === 'blocks') {
    const { offset, scalesOffset, block, bits } = stored;
    if (bits !== 8) throw new Error(`${name} has ${bits} bits; Q8_0 has 8`);
    if (stored.scales !== undefined) throw new Error(`${name} has scales in ${stored.scales}`);
    const [rows, columns] = stored.shape;
    const quants = weights.subarray(offset, offset + rows * columns);
    const scales = floats(weights, scalesOffset, (rows * columns) / block);
    return { name: renamed, shape: [columns, rows], type: 'Q8_0', data: q8Blocks(quants, scales, block) };
  }
  const size = stored.shape.reduce((product, length) => product * length, 1);
  const values = floats(weights, stored.offset, size);
  // It keeps A itself where the checkpoint has the logarithm of its magnitude.
  const kept = renamed.endsWith('.ssm_a') ? values.map((value) => -Math.exp(value)) : values;
  return { name: renamed, shape: ggufShape(renamed, stored.shape, config), type: 'F32', data: bytesOf(kept) };
}

/** llama.cpp's name of a tensor, by Hugging Face's. */
export function ggufName(name: string): string {
  const [, layer = '', ofLayer = ''] = /^backbone\.layers\.(\d+)\.(.*)$/.exec(name) ?? [];
  const inLayer = LAYER_NAMES[ofLayer];
  const renamed = inLayer === undefined ? OTHER_NAMES[name] : `blk.${layer}.${inLayer}`;
  if (renamed === undefined) throw new Error(`no name for ${name} in GGUF`);
  return renamed;
}

/** The fastest axis first; A and D are rows of one, the norm's weights rows of a group. */
export function ggufShape(
  renamed: string,
  shape: readonly number[],
  config: Mamba2Config,
): readonly number[] {
  if (/\.ssm_[ad]$/.test(renamed)) return [1, config.heads];
  if (renamed.endsWith('.ssm_norm.weight')) return [innerSize(config) / config.groups, config.groups];
  // The convolution's middle axis, of one, is left out.
  return shape.filter((length, axis) => axis === 0 || length !== 1).toReversed();
}

function floats(weights: Buffer, offset: number, length: number): Float32Array {
  const start = weights.byteOffset + offset;
  return new Float32Array(weights.buffer.slice(start, start + length * Float32Array.BYTES_PER_ELEMENT));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
