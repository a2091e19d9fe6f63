import { BadInputError, describe } from '../errors.ts';
import { checkConfig } from './check-config.ts';
import { tensorShapes, type ModelConfig } from './model-config.ts';

/** The manifest's magic; a folder that holds one is a model package. */
export const MANIFEST_FILE = 'manifest.json';
export const FORMAT = 'mamba-complete-model';
/** 1 has neither zero points nor scales in float16. */
export const FORMAT_VERSION = 2;
const READABLE_VERSIONS = [1, FORMAT_VERSION];

/** How a tensor stands in the weights file; offsets are bytes from its start. */
export type StoredTensor =
  | { encoding: 'float32'; shape: readonly number[]; offset: number }
  | {
      encoding: 'blocks';
      /** [rows, columns]; `block` divides the columns. */
      shape: readonly [number, number];
      bits: 4 | 8;
      /** Elements of a row that share a scale. */
      block: number;
      /** Quants, [rows, columns · bits / 8] bytes. */
      offset: number;
      /** Scales [rows, columns / block]. */
      scalesOffset: number;
      /** Their type; float32 where it is not named. */
      scales?: 'float16';
      /**
       * Zero points of 4 bits, [rows, columns / block / 2 rounded up] bytes, the even block's in the low half: weight = (quant − zero
       * point) · scale. Without them all are 2^(bits − 1).
       */
      zeroPointsOffset?: number;
      /** Largest difference from the source's weights. */
      maxError: number;
      /** Mean of the squared differences. Version 1 does not have it. */
      meanSquaredError?: number;
      /** The same as a share of the weights' mean square. */
      relativeError?: number;
    };

/** Bytes of a tensor's parts in the weights file. */
export function storedBytes(tensor: StoredTensor): { values: number; scales: number; zeroPoints: number } {
  const elements = tensor.shape.reduce((product, size) => product * size, 1);
  if (tensor.encoding === 'float32') return { values: elements * 4, scales: 0, zeroPoints: 0 };
  const { shape, bits, block, scales, zeroPointsOffset } = tensor;
  return {
    values: (elements * bits) / 8,
    scales: (elements / block) * (scales === 'float16' ? 2 : 4),
    zeroPoints: zeroPointsOffset === undefined ? 0 : shape[0] * Math.ceil(shape[1] / block / 2),
  };
}

/** A file that the package was made of. */
export interface SourceFile {
  file: string;
  bytes: number;
  /** Null where the file was not read in one go, and nobody knew it. */
  sha256: string | null;
}

/** A file of the package and what it must be. */
export interface PackagedFile {
  file: string;
  bytes: number;
  sha256: string;
}

export interface Manifest {
  format: typeof FORMAT;
  version: number;
  name: string;
  config: ModelConfig;
  bits: 4 | 8 | 32;
  parameters: number;
  weights: PackagedFile;
  tokenizer: PackagedFile | null;
  /** Files of the checkpoint that hold tensors. Version 1 does not have it. */
  source?: readonly SourceFile[];
  tensors: Record<string, StoredTensor>;
}

/** What ONNX Runtime's MatMulNBits takes. */
const BLOCKS = [16, 32, 64, 128, 256];

/**
 * A manifest that describes the whole of the model that it names, within its weights file.
 * @throws BadInputError naming the file and field.
 */
export function checkManifest(path: string, json: Record<string, unknown>): Manifest {
  const manifest = json as unknown as Manifest;
  const wrong = (
    field: string,
    expected: string,
    found: unknown,
    action = 'Convert the model again.',
  ): never => {
    throw new BadInputError({ source: path, field, expected, found: describe(found), action });
  };
  if (json['format'] !== FORMAT) wrong('format', `"${FORMAT}"`, json['format'], 'Choose a model package.');
  if (!READABLE_VERSIONS.includes(json['version'] as number)) {
    const newer = typeof json['version'] === 'number' && json['version'] > FORMAT_VERSION;
    const action = newer ? 'Update the extension, or convert the model again.' : 'Convert the model again.';
    wrong('version', `at most ${FORMAT_VERSION}`, json['version'], action);
  }
  checkConfig(manifest.config, wrong);
  if (typeof json['name'] !== 'string') wrong('name', 'a text', json['name']);
  if (![4, 8, 32].includes(manifest.bits)) wrong('bits', '4, 8 or 32', json['bits']);
  if (!Number.isSafeInteger(json['parameters'])) wrong('parameters', 'a whole number', json['parameters']);
  for (const field of ['weights', 'tokenizer'] as const) {
    const file: unknown = json[field];
    if (field === 'tokenizer' && file === null) continue;
    if (!isPackagedFile(file)) wrong(field, 'a file name, its bytes and its sha256', file);
  }
  const tensors: unknown = json['tensors'];
  if (typeof tensors !== 'object' || tensors === null) wrong('tensors', 'an object', tensors);
  for (const [name, shape] of tensorShapes(manifest.config)) {
    const tensor = manifest.tensors[name];
    if (!fits(tensor, shape, manifest.weights.bytes)) {
      wrong(
        `tensors.${name}`,
        `shape ${JSON.stringify(shape)} within ${manifest.weights.bytes} bytes`,
        tensor,
      );
    }
  }
  return manifest;
}

function isPackagedFile(value: unknown): value is PackagedFile {
  const { file, bytes, sha256 } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof file === 'string' &&
    /^\w[\w.-]*$/.test(file) &&
    Number.isSafeInteger(bytes) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

/** @param stored whatever stands in the manifest */
function fits(stored: unknown, shape: readonly number[], fileBytes: number): boolean {
  if (typeof stored !== 'object' || stored === null) return false;
  const tensor = stored as StoredTensor;
  const found: unknown = tensor.shape;
  if (!Array.isArray(found) || found.length !== shape.length) return false;
  if (!shape.every((size, axis) => found[axis] === size)) return false;
  const within = (offset: number, bytes: number): boolean =>
    Number.isSafeInteger(offset) && offset >= 0 && offset + bytes <= fileBytes;
  const bytes = storedBytes(tensor);
  if (tensor.encoding === 'float32') return within(tensor.offset, bytes.values);
  const { bits, block, offset, scalesOffset, zeroPointsOffset } = tensor;
  return (
    (tensor.encoding as unknown) === 'blocks' &&
    shape.length === 2 &&
    [4, 8].includes(bits) &&
    BLOCKS.includes(block) &&
    Number.isInteger((shape[1] ?? 0) / block) &&
    [undefined, 'float16'].includes(tensor.scales) &&
    within(offset, bytes.values) &&
    within(scalesOffset, bytes.scales) &&
    (zeroPointsOffset === undefined || (bits === 4 && within(zeroPointsOffset, bytes.zeroPoints)))
  );
}
