import type { StoredTensor } from '../../../engine/weights/manifest.ts';

/** Reads blocks back by the format's description, independently of the code that wrote them. */
export function dequantize(
  quants: Uint8Array,
  scales: Float32Array,
  bits: 4 | 8,
  block: number,
  zeroPoints: ArrayLike<number> = new Float32Array(scales.length).fill(2 ** (bits - 1)),
): Float32Array {
  return Float32Array.from({ length: scales.length * block }, (_, at) => {
    const byte = quants[Math.floor((at * bits) / 8)] ?? NaN;
    const quant = bits === 8 ? byte : nibble(byte, at);
    const b = Math.floor(at / block);
    return (quant - (zeroPoints[b] ?? NaN)) * (scales[b] ?? NaN);
  });
}

/** A tensor of a package's weights file. */
export function storedValues(weights: Buffer, tensor: StoredTensor): Float32Array {
  const elements = tensor.shape.reduce((product, size) => product * size, 1);
  if (tensor.encoding === 'float32') return floats(weights, tensor.offset, elements);
  const { bits, block, offset, scalesOffset, zeroPointsOffset: zerosAt } = tensor;
  const [rows, columns] = tensor.shape;
  const blocks = elements / block;
  const scales =
    tensor.scales === 'float16'
      ? Float32Array.from({ length: blocks }, (_, b) => float16(weights.readUInt16LE(scalesOffset + 2 * b)))
      : floats(weights, scalesOffset, blocks);
  const quants = weights.subarray(offset, offset + (elements * bits) / 8);
  if (zerosAt === undefined) return dequantize(quants, scales, bits, block);
  const width = Math.ceil(columns / block / 2);
  const zeroPoints = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns / block }, (_, b) =>
      nibble(weights[zerosAt + row * width + Math.floor(b / 2)] ?? NaN, b),
    ),
  ).flat();
  return dequantize(quants, scales, bits, block, zeroPoints);
}

function nibble(byte: number, at: number): number {
  return at % 2 === 0 ? byte & 15 : byte >> 4;
}

function floats(bytes: Buffer, offset: number, length: number): Float32Array {
  return new Float32Array(new Uint8Array(bytes.subarray(offset, offset + 4 * length)).buffer);
}

export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}
