import blocksModule from './blocks.wat';
import { roundToFloat16, toFloat32 } from './floats.ts';
import type { FloatType } from './safetensors.ts';

/** How a matrix's blocks are stored. */
export interface BlockFormat {
  bits: 4 | 8;
  /** Elements of a row that share a grid: a power of two from {@link MIN_BLOCK} to {@link MAX_BLOCK}. */
  block: number;
  scales: 'float16' | 'float32';
}

/** What ONNX Runtime's MatMulNBits takes. */
export const MIN_BLOCK = 16;
export const MAX_BLOCK = 256;

/** Blocks as they are stored: weight = (quant − zero point) · scale. All of it is overwritten by the next call. */
export interface Blocks {
  /** [blocks, block · bits / 8]; of 4 bits the even element stands in the low half of a byte. */
  quants: Uint8Array;
  /** [blocks], as they are after rounding to float16 where that is their type. */
  scales: Float32Array;
  /** [blocks], the same as float16's bits. */
  scaleBits: Uint16Array;
  /** [blocks], whole numbers; always 128 with 8 bits. */
  zeroPoints: Float32Array;
  /** The largest |scale|, before rounding. */
  largestScale: number;
}

/** What quantizing has cost so far. */
export interface QuantizationError {
  /** Largest |weight − stored weight|. */
  max: number;
  /** Sums over all weights. */
  squaredErrors: number;
  squaredWeights: number;
}

/** What `blocks.wat` says of its functions. */
interface BlocksModule {
  memory: WebAssembly.Memory;
  widen: (source: number, count: number, out: number) => void;
  search: (
    source: number,
    groups: number,
    block: number,
    grids: number,
    scales: number,
    zeros: number,
  ) => void;
  encode: (
    source: number,
    blocks: number,
    block: number,
    bits: number,
    scales: number,
    zeros: number,
    out: number,
  ) => void;
}

// Addresses that `blocks.wat` fixes.
const ERRORS_AT = 0;
const GRIDS_AT = 64;
const RESERVED_BYTES = 16384;
const PAGE_BYTES = 65536;
/** Blocks that are searched together. */
const GROUP = 4;

/**
 * Shares of a block's range that the grids to try span. On Gaussian weights in blocks of 64 these eight and a step of least squares
 * leave 0.2 % more squared error than every scale and zero point would; four leave 1 % more, the range alone 5 %.
 */
const SHARES = [1.03, 0.98, 0.94, 0.9, 0.86, 0.82, 0.78, 0.72];

/** Below the smallest normal number a scale has no inverse. */
const MIN_SCALE = 2 ** -126;

/**
 * Quantizes matrices in blocks along a row, a strip at a time, in a memory of its own.
 *
 * With 4 bits a block's grid is the one of some that leaves the smallest squared error. Each spans a share of the block's range,
 * which clips its ends and serves the rest. Given the quants q of one, the best zero point and scale follow in closed form
 * (least squares): with sums over the block, the error's squares are Σx² − (Σx(q−z))² / Σ(q−z)², smallest at
 * z = (Σxq Σq − Σx Σq²) / (n Σxq − Σx Σq), rounded, and scale Σx(q−z) / Σ(q−z)². The winner's weights are rounded once more to its own
 * grid, and the same is done again.
 *
 * With 8 bits the scale makes a block's largest element 127 steps, and the zero point is 128.
 */
export class BlockQuantizer {
  /** Where the caller puts a strip's weights. */
  readonly weights: Float32Array;
  private readonly module: BlocksModule;
  private readonly scalesAt: number;
  private readonly zerosAt: number;
  private readonly outAt: number;

  /** @param capacity weights of the largest strip */
  constructor(capacity: number) {
    // A group that the weights do not fill reads beyond them.
    const padded = capacity + GROUP * MAX_BLOCK;
    const blocks = Math.ceil(padded / MIN_BLOCK);
    this.scalesAt = RESERVED_BYTES + 4 * padded;
    this.zerosAt = this.scalesAt + 4 * blocks;
    this.outAt = this.zerosAt + 4 * blocks;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(blocksModule));
    this.module = instance.exports as BlocksModule;
    this.module.memory.grow(Math.ceil((this.outAt + 2 * padded) / PAGE_BYTES));
    const { buffer } = this.module.memory;
    this.weights = new Float32Array(buffer, RESERVED_BYTES, padded);
    new Float32Array(buffer, GRIDS_AT, SHARES.length).set(SHARES.map((share) => 1 / share));
  }

  /** Puts a tensor's bytes at the start of {@link weights}, as float32. */
  load(bytes: Uint8Array, type: FloatType): void {
    if (type !== 'BF16') {
      toFloat32(bytes, type, this.weights);
      return;
    }
    // A quarter of the time of TypeScript's loop. The space of the results is free until there are some.
    new Uint8Array(this.module.memory.buffer, this.outAt, bytes.length).set(bytes);
    this.module.widen(this.outAt, bytes.length / 2, RESERVED_BYTES);
  }

  /** Quantizes the first `count` of {@link weights}, whole blocks. */
  quantize(count: number, { bits, block, scales: type }: BlockFormat): Blocks {
    const { memory, search, encode } = this.module;
    const blocks = count / block;
    const scales = new Float32Array(memory.buffer, this.scalesAt, blocks);
    const zeroPoints = new Float32Array(memory.buffer, this.zerosAt, blocks);
    if (bits === 8) {
      this.spanLargest(scales, block);
      zeroPoints.fill(128);
    } else {
      // Each block is a lane of its own: what stands in those beyond the last has no part in the others.
      search(RESERVED_BYTES, Math.ceil(blocks / GROUP), block, SHARES.length, this.scalesAt, this.zerosAt);
    }
    let largestScale = 0;
    for (const [at, scale] of scales.entries()) {
      if (Math.abs(scale) < MIN_SCALE) scales[at] = 0;
      else largestScale = Math.max(largestScale, Math.abs(scale));
    }
    const scaleBits = new Uint16Array(type === 'float16' ? blocks : 0);
    if (type === 'float16') roundToFloat16(scales, scaleBits);
    encode(RESERVED_BYTES, blocks, block, bits, this.scalesAt, this.zerosAt, this.outAt);
    const quants = new Uint8Array(memory.buffer, this.outAt, (count * bits) / 8);
    return { quants, scales, scaleBits, zeroPoints, largestScale };
  }

  /** The error of all strips since the last call of this. */
  takeError(): QuantizationError {
    const { buffer } = this.module.memory;
    const max = new Float32Array(buffer, ERRORS_AT, 4);
    const sums = new Float64Array(buffer, ERRORS_AT + 16, 4);
    const [error0 = 0, error1 = 0, weight0 = 0, weight1 = 0] = sums;
    const taken = {
      max: Math.max(...max),
      squaredErrors: error0 + error1,
      squaredWeights: weight0 + weight1,
    };
    max.fill(0);
    sums.fill(0);
    return taken;
  }

  private spanLargest(scales: Float32Array, block: number): void {
    const { weights } = this;
    for (let b = 0; b < scales.length; b++) {
      let largest = 0;
      for (let i = b * block; i < (b + 1) * block; i++)
        largest = Math.max(largest, Math.abs(weights[i] ?? 0));
      scales[b] = largest / 127;
    }
  }
}
