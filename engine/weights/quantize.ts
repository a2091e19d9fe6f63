/** Weights in blocks along a row, as ONNX Runtime's MatMulNBits wants them, with the zero point in the middle of the range. */
export interface BlockQuantized {
  /** [rows, blocks, block · bits / 8]; for 4 bits the even element stands in the low half of a byte. */
  quants: Uint8Array;
  /** [rows, blocks]: weight = (quant − 2^(bits − 1)) · scale. */
  scales: Float32Array;
  /** Largest |weight − stored weight|. */
  maxError: number;
}

/**
 * Quantizes a matrix [rows, columns] to 4 or 8 bits in blocks of `block` elements of a row.
 *
 * With 8 bits a block's scale makes its largest element 127 steps. With 4 it is the one of five that leaves the smallest squared
 * error: the largest element at the end of the range's longer side, or the range drawn in by up to a fifth, which clips that element
 * and serves the others.
 * @param block divides the columns
 */
export function quantizeBlocks(
  weights: Float32Array,
  rows: number,
  columns: number,
  bits: 4 | 8,
  block: number,
): BlockQuantized {
  const blocks = columns / block;
  const middle = 2 ** (bits - 1);
  const quants = new Uint8Array((rows * blocks * block * bits) / 8);
  const scales = new Float32Array(rows * blocks);
  const rounded = new Int8Array(block);
  let maxError = 0;
  for (let row = 0; row < rows; row++) {
    for (let b = 0; b < blocks; b++) {
      const start = row * columns + b * block;
      const values = weights.subarray(start, start + block);
      const scale = bestScale(values, middle);
      scales[row * blocks + b] = scale;
      for (let i = 0; i < values.length; i++) {
        const value = values[i] ?? 0;
        const quant = scale === 0 ? 0 : clamp(Math.round(value / scale), -middle, middle - 1);
        rounded[i] = quant;
        maxError = Math.max(maxError, Math.abs(value - quant * scale));
      }
      pack(rounded, middle, quants, ((row * blocks + b) * block * bits) / 8);
    }
  }
  return { quants, scales, maxError };
}

function bestScale(values: Float32Array, middle: number): number {
  let extreme = 0;
  for (const value of values) if (Math.abs(value) > Math.abs(extreme)) extreme = value;
  if (extreme === 0) return 0;
  // The negative side has one step more: give it to the side of the largest element.
  const full = Math.fround(extreme / -middle);
  if (middle > 8) return Math.fround(Math.abs(extreme) / (middle - 1));
  let best = full;
  let bestError = Infinity;
  for (const shrink of [1, 0.95, 0.9, 0.85, 0.8]) {
    const scale = Math.fround(full * shrink);
    let error = 0;
    for (const value of values)
      error += (value - clamp(Math.round(value / scale), -middle, middle - 1) * scale) ** 2;
    if (error < bestError) {
      bestError = error;
      best = scale;
    }
  }
  return best;
}

function pack(rounded: Int8Array, middle: number, target: Uint8Array, offset: number): void {
  if (middle > 8) {
    for (let i = 0; i < rounded.length; i++) target[offset + i] = (rounded[i] ?? 0) + middle;
    return;
  }
  for (let i = 0; i < rounded.length; i += 2) {
    target[offset + i / 2] = ((rounded[i] ?? 0) + middle) | (((rounded[i + 1] ?? 0) + middle) << 4);
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
