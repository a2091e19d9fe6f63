import type { BlockFormat } from './quantize.ts';
import { MIN_BLOCK } from './quantize.ts';

/**
 * Elements a block, where the user names no other.
 *
 * Measured with ONNX Runtime 1.30 at Codestral Mamba's layer shape (in_proj and out_proj, two threads), beside llama.cpp's kernels
 * in the same hour, in ms a layer; the error is the mean squared one on Gaussian weights, as a multiple of Q4_0's:
 *
 * |                                  | bits a weight | error | 1 token | 8 tokens | 16 tokens | 128 tokens |
 * | -------------------------------- | ------------- | ----- | ------- | -------- | --------- | ---------- |
 * | blocks of 32, no zero points     | 4.5           | 0.89  | 1.44    | 3.8      | 6.7       | 51         |
 * | blocks of 32                     | 4.625         | 0.80  | 1.49    | 3.9      | 6.8       | 51         |
 * | blocks of 64                     | 4.31          | 1.02  | 1.17    | 3.3      | 6.0       | 45         |
 * | blocks of 128                    | 4.16          | 1.23  | 0.87    | 2.6      | 4.7       | 34         |
 * | 8 bits, blocks of 64             | 8.25          | 0.006 | 1.88    | 4.0      | 6.6       | 40         |
 * | llama.cpp Q4_0                   | 4.5           | 1     | 1.20    | 4.0      | 5.8       | 47         |
 * | llama.cpp Q4_K                   | 4.5           | 0.69  | 1.10    | 5.5      | 7.2       | 56         |
 *
 * `npm run bench -- convert` measures the errors again. On weights of Laplace's distribution, Student's t with 5 and 3 degrees of freedom,
 * blocks of 64 leave 1.03, 1.00 and 0.98 times Q4_0's error.
 *
 * Zero points cost no time and 1/16 of a bit in blocks of 64; they take a quarter to a third off the error of heavy tails. Scales in float16 cost
 * neither time nor error: the runtime turns them to float32 when it loads the model.
 *
 * Beside Q4_0 and Q4_K_M at 4 layers, measured in turns in one run each, blocks of 64 decode 1.08 and 1.04 times as fast and read a prompt of 512 tokens 1.14
 * and 1.33 times as fast; blocks of 128 decode 1.19 and 1.17 times as fast and read 1.44 and 1.68 times as fast, and are the default. Their error is
 * 1.22 times Q4_0's. Who wants less asks for blocks of 64, which leave bits for {@link finerLayers}: 0.99.
 */
export const DEFAULT_BLOCK = 128;
/** Larger ones are chosen for speed. At Codestral Mamba's depth, 8 bits in a layer of twelve made decoding 7 % slower. */
const LARGEST_FINE_BLOCK = 64;

/**
 * Layers for each that keeps 8 bits. With them, in blocks of 64, Codestral's projections take 4.44 bits a weight and the whole model
 * 4.52 (llama.cpp's Q4_0 file, whose head is Q6_K, 4.54).
 */
const LAYERS_A_FINER_ONE = 32;

/** Smaller ones are left in float32. */
const SMALLEST_BLOCK = 2 * MIN_BLOCK;

export interface Precision {
  /** Bits of most weights. */
  bits: 4 | 8 | 32;
  /** Elements that share a grid; a matrix whose rows it does not divide gets the largest smaller power of two that does. */
  block?: number | undefined;
}

/** What the formats depend on besides a tensor's own name and shape. */
export interface RecipeModel {
  layers: number;
  tiedHead: boolean;
}

/** How a tensor is stored; undefined means float32. */
export function formatOf(
  name: string,
  shape: readonly number[],
  { bits, block: wanted = DEFAULT_BLOCK }: Precision,
  model: RecipeModel,
): BlockFormat | undefined {
  const [, columns] = shape;
  if (bits === 32 || shape.length !== 2 || columns === undefined) return undefined;
  const block = divisor(columns, wanted);
  if (block < SMALLEST_BLOCK) return undefined;
  if (bits === 4 && takesFour(name, model, wanted)) return { bits: 4, block, scales: 'float16' };
  return { bits: 8, block, scales: 'float16' };
}

/**
 * The head keeps 8 bits: its errors stand in the logits themselves, and it is read once a token where the layers are read
 * 64 times as much. An embedding that is no head is one more of a hundred matrices that add their errors to the stream.
 */
function takesFour(name: string, { layers, tiedHead }: RecipeModel, block: number): boolean {
  const layer = /\.layers\.(\d+)\./.exec(name)?.[1];
  if (layer === undefined) return name.includes('embed') && !tiedHead;
  return !finerLayers(layers, block).includes(Number(layer));
}

/** The ends of the stack, which published mixtures (llama.cpp's Q4_K_M among them) keep finer too: first, last, second, … */
function finerLayers(layers: number, block: number): number[] {
  const count = block > LARGEST_FINE_BLOCK ? 0 : Math.round(layers / LAYERS_A_FINER_ONE);
  return Array.from({ length: count }, (_, at) => (at % 2 === 0 ? at / 2 : layers - 1 - (at - 1) / 2));
}

/** The largest power of two up to `most` that divides `size`. */
function divisor(size: number, most: number): number {
  let block = most;
  while (size % block !== 0) block /= 2;
  return block;
}
