import { BadInputError, describe } from '../errors.ts';
import { checkConfig } from './check-config.ts';
import { tensorShapes, type ModelConfig } from './model-config.ts';

/** The manifest's magic; a folder that holds one is a model package. */
export const MANIFEST_FILE = 'manifest.json';
export const FORMAT = 'mamba-complete-model';
export const FORMAT_VERSION = 1;

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
      /** Scales, float32 [rows, columns / block]. */
      scalesOffset: number;
      /** Largest difference from the source's weights. */
      maxError: number;
    };

/** A file of the package and what it must be. */
export interface PackagedFile {
  file: string;
  bytes: number;
  sha256: string;
}

export interface Manifest {
  format: typeof FORMAT;
  version: typeof FORMAT_VERSION;
  name: string;
  config: ModelConfig;
  bits: 4 | 8 | 32;
  parameters: number;
  weights: PackagedFile;
  tokenizer: PackagedFile | null;
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
  if (json['version'] !== FORMAT_VERSION) {
    const newer = typeof json['version'] === 'number' && json['version'] > FORMAT_VERSION;
    const action = newer ? 'Update the extension, or convert the model again.' : 'Convert the model again.';
    wrong('version', String(FORMAT_VERSION), json['version'], action);
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
  const elements = shape.reduce((product, size) => product * size, 1);
  const within = (offset: number, bytes: number): boolean =>
    Number.isSafeInteger(offset) && offset >= 0 && offset + bytes <= fileBytes;
  if (tensor.encoding === 'float32') return within(tensor.offset, elements * 4);
  const { bits, block, offset, scalesOffset } = tensor;
  return (
    (tensor.encoding as unknown) === 'blocks' &&
    shape.length === 2 &&
    [4, 8].includes(bits) &&
    BLOCKS.includes(block) &&
    Number.isInteger((shape[1] ?? 0) / block) &&
    within(offset, (elements * bits) / 8) &&
    within(scalesOffset, (elements / block) * 4)
  );
}
