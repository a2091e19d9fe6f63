/** Reads blocks back by the format's description, independently of the code that wrote them. */
export function dequantize(
  quants: Uint8Array,
  scales: Float32Array,
  bits: 4 | 8,
  block: number,
): Float32Array {
  const middle = 2 ** (bits - 1);
  return Float32Array.from({ length: scales.length * block }, (_, at) => {
    const byte = quants[Math.floor((at * bits) / 8)] ?? NaN;
    const quant = bits === 8 ? byte : at % 2 === 0 ? byte & 15 : byte >> 4;
    return (quant - middle) * (scales[Math.floor(at / block)] ?? NaN);
  });
}
