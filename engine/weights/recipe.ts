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
 * That is with AVX-512 and VNNI. With AVX2 alone (Zen 3) 4 bits take about 3.3, 12, 22 and 175 ms in blocks of 64, 128 or 256, 8 bits 30 to 55 % more
 * for several tokens, and float32 183 ms for 128: there, larger blocks win bits and hardly any time.
 *
 * `npm run bench -- convert` measures the errors again. On weights of Laplace's distribution, Student's t with 5 and 3 degrees of freedom,
 * blocks of 64 leave 1.03, 1.00 and 0.98 times Q4_0's error.
 *
 * Zero points cost no time and 1/16 of a bit in blocks of 64; they take a quarter to a third off the error of heavy tails. Scales in float16 cost
 * neither time nor error: the runtime turns them to float32 when it loads the model.
 *
 * The default is a mixture, {@link finerLayers} and {@link coarserLayers}, of Q4_0's error at 4.47 bits a weight of Codestral's projections, 4.55 of
 * the whole model (llama.cpp's Q4_0 file, whose head is Q6_K, has 4.54). Who names a block gets it in every layer: blocks of 128 leave 1.22 times that
 * error, and with AVX-512 read a prompt a fourth faster.
 */
const DEFAULT_BLOCK = 64;
/** Bits a weight of the layers that the default comes to at 4 bits. */
export const DEFAULT_BITS = 4.47;

/** Of {@link DEFAULT_BLOCK}'s layers, how many keep 8 bits, and how many take larger blocks, which win back the time. */
const FINER_SHARE = 3 / 64;
const COARSER_SHARE = 7 / 64;
const COARSER_BLOCK = 128;
/** Of 8 bits beside 4: with AVX-512, such blocks read a prompt a fourth faster than 4 bits in blocks of 64, at next to no error. */
const FINER_BLOCK = 256;

/** Smaller ones are left in float32. */
const SMALLEST_BLOCK = 2 * MIN_BLOCK;

export interface Precision {
  /** Bits of most weights. */
  bits: 4 | 8 | 32;
  /**
   * Elements that share a grid, in every layer; a matrix whose rows it does not divide gets the largest smaller power of two that does.
   * Chosen by layer where none is named.
   */
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
  precision: Precision,
  model: RecipeModel,
): BlockFormat | undefined {
  const [, columns] = shape;
  if (precision.bits === 32 || shape.length !== 2 || columns === undefined) return undefined;
  const { bits, block: wanted } = matrixPrecision(name, precision, model);
  const block = divisor(columns, wanted);
  return block < SMALLEST_BLOCK ? undefined : { bits, block, scales: 'float16' };
}

/**
 * The head keeps 8 bits: its errors stand in the logits themselves, and it is read once a token where the layers are read
 * 64 times as much. An embedding that is no head is one more of a hundred matrices that add their errors to the stream.
 */
function matrixPrecision(
  name: string,
  { bits, block }: Precision,
  { layers, tiedHead }: RecipeModel,
): { bits: 4 | 8; block: number } {
  const four = { bits: 4, block: block ?? DEFAULT_BLOCK } as const;
  if (bits !== 4) return { bits: 8, block: four.block };
  const eight = { bits: 8, block: block ?? FINER_BLOCK } as const;
  const layer = /\.layers\.(\d+)\./.exec(name)?.[1];
  if (layer === undefined) return name.includes('embed') && !tiedHead ? four : eight;
  if (block !== undefined) return four;
  if (finerLayers(layers).includes(Number(layer))) return eight;
  return coarserLayers(layers).includes(Number(layer)) ? { bits: 4, block: COARSER_BLOCK } : four;
}

/** The ends of the stack, which published mixtures (llama.cpp's Q4_K_M among them) keep finer too: first, last, second, … */
function finerLayers(layers: number): number[] {
  const count = Math.round(layers * FINER_SHARE);
  return Array.from({ length: count }, (_, at) => (at % 2 === 0 ? at / 2 : layers - 1 - (at - 1) / 2));
}

/** The middle of the stack. */
function coarserLayers(layers: number): number[] {
  const count = Math.round(layers * COARSER_SHARE);
  return Array.from({ length: count }, (_, at) => Math.floor((layers - count) / 2) + at);
}

/** The largest power of two up to `most` that divides `size`. */
function divisor(size: number, most: number): number {
  let block = most;
  while (size % block !== 0) block /= 2;
  return block;
}
