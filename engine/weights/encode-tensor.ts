import { BadInputError } from '../errors.ts';
import type { StoredTensor } from './manifest.ts';
import type { BlockFormat, BlockQuantizer } from './quantize.ts';
import { ELEMENT_BYTES, type TensorLocation } from './safetensors.ts';
import type { SourceReader } from './source-reader.ts';
import type { WeightsWriter } from './weights-writer.ts';

/** Weights that are in memory at once, whatever the tensor's size: 2 Mi, 8 MiB as float32. Whole blocks of every size. */
export const STRIP_WEIGHTS = 1 << 21;

/** No model trained in a 16-bit format holds more; squares of less fit float32. */
const MAX_WEIGHT = 1e18;

/**
 * Where float16 serves as the type of scales: the largest one of the tensor is finite in it, and so far above its smallest normal
 * number that only scales of no weight beside it lose digits.
 */
const MIN_LARGEST_SCALE = 2 ** -12;
const MAX_FLOAT16 = 65504;

export interface TensorSource {
  name: string;
  location: TensorLocation;
  reader: SourceReader;
  /** Called for each strip that was read, with its bytes; throws to stop. */
  onStrip: (bytes: number) => void;
}

/**
 * Reads a tensor in strips, converts them, and appends what they become to the weights.
 * @param format of a matrix in blocks; undefined leaves the tensor in float32
 * @throws BadInputError if a weight is no number that a model can hold
 */
export async function encodeTensor(
  source: TensorSource,
  format: BlockFormat | undefined,
  quantizer: BlockQuantizer,
  writer: WeightsWriter,
): Promise<StoredTensor> {
  if (format === undefined) return encodeFloats(source, quantizer, writer);
  const start = writer.mark();
  const encoded = await encodeBlocks(source, format, quantizer, writer);
  if (encoded !== undefined) return encoded;
  writer.rewind(start);
  const again = {
    ...source,
    onStrip: () => {
      source.onStrip(0);
    },
  };
  const wide = await encodeBlocks(again, { ...format, scales: 'float32' }, quantizer, writer);
  if (wide === undefined) throw new Error('float32 takes every scale');
  return wide;
}

async function encodeFloats(
  source: TensorSource,
  quantizer: BlockQuantizer,
  writer: WeightsWriter,
): Promise<StoredTensor> {
  const offset = await writer.align();
  for await (const { at, bytes } of strips(source)) {
    const count = bytes.byteLength / ELEMENT_BYTES[source.location.type];
    quantizer.load(bytes, source.location.type);
    const values = quantizer.weights.subarray(0, count);
    checkWeights(values, at, source);
    await writer.append(bytesOf(values));
  }
  return { encoding: 'float32', shape: source.location.shape, offset };
}

/** Undefined if the tensor's scales are not for float16. */
async function encodeBlocks(
  source: TensorSource,
  format: BlockFormat,
  quantizer: BlockQuantizer,
  writer: WeightsWriter,
): Promise<StoredTensor | undefined> {
  const { location } = source;
  const [rows = 0, columns = 0] = location.shape;
  const { bits, block } = format;
  const half = format.scales === 'float16';
  const blocks = (rows * columns) / block;
  const scales = half ? new Uint16Array(blocks) : new Float32Array(blocks);
  const zeroPoints = new Uint8Array(bits === 4 ? blocks : 0);
  let largestScale = 0;
  const total = { max: 0, errors: 0, squares: 0 };

  const offset = await writer.align();
  for await (const { at, bytes } of strips(source)) {
    const count = bytes.byteLength / ELEMENT_BYTES[location.type];
    quantizer.load(bytes, location.type);
    const strip = quantizer.quantize(count, format);
    const error = quantizer.takeError();
    if (!(error.squaredErrors <= Number.MAX_VALUE && error.squaredWeights < MAX_WEIGHT)) {
      checkWeights(quantizer.weights.subarray(0, count), at, source);
    }
    total.max = Math.max(total.max, error.max);
    total.errors += error.squaredErrors;
    total.squares += error.squaredWeights;
    scales.set(half ? strip.scaleBits : strip.scales, at / block);
    if (bits === 4) zeroPoints.set(strip.zeroPoints, at / block);
    largestScale = Math.max(largestScale, strip.largestScale);
    await writer.append(strip.quants);
  }
  if (half && largestScale > 0 && !(largestScale >= MIN_LARGEST_SCALE && largestScale <= MAX_FLOAT16)) {
    return undefined;
  }
  const scalesOffset = await writer.align();
  await writer.append(bytesOf(scales));
  const stored = {
    encoding: 'blocks' as const,
    shape: [rows, columns] as const,
    bits,
    block,
    offset,
    scalesOffset,
    ...(half ? { scales: 'float16' as const } : {}),
    maxError: total.max,
    meanSquaredError: total.errors / (rows * columns),
    relativeError: total.squares === 0 ? 0 : total.errors / total.squares,
  };
  if (bits === 8) return stored;
  const zeroPointsOffset = await writer.align();
  await writer.append(packRows(zeroPoints, rows));
  return { ...stored, zeroPointsOffset };
}

/** Zero points of 4 bits [rows, blocks a row] -> [rows, half as many, rounded up], the even one in the low half of a byte. */
function packRows(zeroPoints: Uint8Array, rows: number): Uint8Array {
  const blocks = zeroPoints.length / rows;
  const width = Math.ceil(blocks / 2);
  const packed = new Uint8Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let b = 0; b < blocks; b++) {
      const at = row * width + (b >> 1);
      packed[at] = (packed[at] ?? 0) | ((zeroPoints[row * blocks + b] ?? 0) << (4 * (b & 1)));
    }
  }
  return packed;
}

/** A tensor's bytes, a strip at a time, with the element at which it begins; the next is read while one is used. */
async function* strips({
  location: { type, offset, length },
  reader,
  onStrip,
}: TensorSource): AsyncGenerator<{ at: number; bytes: Uint8Array }> {
  const stripBytes = STRIP_WEIGHTS * ELEMENT_BYTES[type];
  const buffers = [
    new Uint8Array(Math.min(length, stripBytes)),
    new Uint8Array(Math.min(Math.max(length - stripBytes, 0), stripBytes)),
  ];
  const read = async (index: number): Promise<Uint8Array> => {
    const at = index * stripBytes;
    const bytes = (buffers[index % 2] ?? new Uint8Array()).subarray(0, Math.min(length - at, stripBytes));
    await reader.read(offset + at, bytes);
    return bytes;
  };
  let next = length > 0 ? read(0) : undefined;
  for (let index = 0; next !== undefined; index++) {
    const bytes = await next;
    next = (index + 1) * stripBytes < length ? read(index + 1) : undefined;
    // Whoever waits for it is told, if anybody comes to that.
    next?.catch(() => undefined);
    try {
      onStrip(bytes.byteLength);
      yield { at: index * STRIP_WEIGHTS, bytes };
    } finally {
      // Whoever stops here must be able to close the file.
      await next?.catch(() => undefined);
    }
  }
}

/** One weight that is no number would make every logit NaN, and the block that it stands in zero. */
function checkWeights(values: Float32Array, first: number, { name, location }: TensorSource): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (Math.abs(value) <= MAX_WEIGHT) continue;
    throw new BadInputError({
      source: location.path,
      field: name,
      expected: `finite weights, ${MAX_WEIGHT} at most`,
      found: `${value} at element ${first + i}`,
      action: 'The file is damaged, or its training failed: download it again, or choose another model.',
    });
  }
}

function bytesOf(values: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
