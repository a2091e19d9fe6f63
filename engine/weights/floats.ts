import type { FloatType } from './safetensors.ts';

/** Elements of a tensor's bytes as float32; the bytes are little-endian. */
export function toFloat32(bytes: Uint8Array, type: FloatType): Float32Array {
  switch (type) {
    case 'F32':
      return new Float32Array(bytes.slice().buffer);
    case 'BF16':
      return fromBfloat16(words(bytes));
    case 'F16':
      return fromFloat16(words(bytes));
  }
}

function words(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(words: Uint16Array): Float32Array {
  const bits = new Uint32Array(words.length);
  for (let i = 0; i < words.length; i++) bits[i] = (words[i] ?? 0) << 16;
  return new Float32Array(bits.buffer);
}

/** IEEE 754 binary16, by a table of all 65,536 values: 256 KiB, made once when a model in float16 is first seen. */
function fromFloat16(words: Uint16Array): Float32Array {
  const table = float16Table();
  const floats = new Float32Array(words.length);
  for (let i = 0; i < words.length; i++) floats[i] = table[words[i] ?? 0] ?? 0;
  return floats;
}

let table: Float32Array | undefined;

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
