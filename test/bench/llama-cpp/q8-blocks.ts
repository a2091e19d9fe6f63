/** Elements of a Q8_0 block, which share a scale. */
const BLOCK = 32;
const SCALE_BYTES = 2;

/**
 * Quantized weights in GGUF's Q8_0: the same steps, each block's scale rounded to float16.
 * @param quants [rows, columns], the zero point at 128
 * @param scales [rows, columns / block], each below 65,520
 * @param block a multiple of 32
 */
export function q8Blocks(quants: Uint8Array, scales: Float32Array, block: number): Uint8Array {
  const bytes = Buffer.alloc((quants.length / BLOCK) * (SCALE_BYTES + BLOCK));
  let at = 0;
  for (let start = 0; start < quants.length; start += BLOCK) {
    at = bytes.writeUInt16LE(float16Bits(scales[Math.floor(start / block)] ?? 0), at);
    for (const quant of quants.subarray(start, start + BLOCK)) at = bytes.writeInt8(quant - 128, at);
  }
  return bytes;
}

/** Bits of the nearest IEEE 754 binary16 to a number from 0 to below 65,520; ties go to the even one. */
function float16Bits(value: number): number {
  const [float32 = 0] = new Uint32Array(Float32Array.of(value).buffer);
  // Below 2^-14 numbers stand as multiples of 2^-24.
  const exponent = Math.max(-14, (float32 >>> 23) - 127);
  const steps = value * 2 ** (10 - exponent);
  const down = Math.floor(steps);
  const rest = steps - down;
  const isUp = rest > 0.5 || (rest === 0.5 && down % 2 === 1);
  // A step count of 1,024 or more carries the exponent's lowest bit with it.
  return ((exponent + 14) << 10) + down + Number(isUp);
}
