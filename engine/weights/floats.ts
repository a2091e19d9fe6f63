import type { FloatType } from './safetensors.ts';

/**
 * Writes the elements of a tensor's bytes to `target` as float32; the bytes are little-endian.
 * @param bytes a whole number of elements; no more of them than `target` holds
 */
export function toFloat32(bytes: Uint8Array, type: FloatType, target: Float32Array): void {
  switch (type) {
    case 'F32':
      new Uint8Array(target.buffer, target.byteOffset).set(bytes);
      break;
    case 'BF16': {
      // bfloat16 is the upper half of a float32.
      const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
      const halves = words(bytes);
      for (let i = 0; i < halves.length; i++) bits[i] = (halves[i] ?? 0) << 16;
      break;
    }
    case 'F16': {
      const table = float16Table();
      const halves = words(bytes);
      for (let i = 0; i < halves.length; i++) target[i] = table[halves[i] ?? 0] ?? 0;
      break;
    }
  }
}

function words(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
}

let table: Float32Array | undefined;

/** IEEE 754 binary16, by a table of all 65,536 values: 256 KiB, made once when a model in float16 is first seen. */
function float16Table(): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
  return table;
}

/**
 * Rounds to the nearest float16 (IEEE 754 binary16), ties to even, in place; what is too large becomes infinite.
 * @param bits the same as binary16
 */
export function roundToFloat16(values: Float32Array, bits: Uint16Array): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) {
    const word = words[i] ?? 0;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fff_ffff;
    let half: number;
    if (magnitude >= 0x7f80_0001) half = 0x7e00;
    else if (magnitude >= 0x477f_f000) half = 0x7c00;
    // From the smallest normal number on, the exponent's bias changes by 112 and 13 bits of the fraction are rounded away.
    else if (magnitude >= 0x3880_0000)
      half = (magnitude - 0x3800_0000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
    else half = roundToEven(Math.abs(values[i] ?? 0) * 2 ** 24);
    bits[i] = sign | half;
    values[i] = float16Table()[sign | half] ?? 0;
  }
}

function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
