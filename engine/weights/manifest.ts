import { BadInputError, describe } from '../errors.ts';
import type { Mamba2Config } from './mamba2-config.ts';
import { tensorShapes } from './mamba2-config.ts';

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
  config: Mamba2Config;
  bits: 4 | 8 | 32;
  parameters: number;
  weights: PackagedFile;
  tokenizer: PackagedFile | null;
  tensors: Record<string, StoredTensor>;
}

/** What ONNX Runtime's MatMulNBits takes. */
const BLOCKS = [16, 32, 64, 128, 256];
const MAX_LAYERS = 4096;

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

const SIZES = [
  'hiddenSize',
  'layers',
  'heads',
  'headDim',
  'groups',
  'stateSize',
  'convKernel',
  'vocabularySize',
] as const;

function checkConfig(
  config: unknown,
  wrong: (field: string, expected: string, found: unknown) => never,
): void {
  if (typeof config !== 'object' || config === null) return wrong('config', 'an object', config);
  const fields = config as Record<string, unknown>;
  if (fields['architecture'] !== 'mamba2') wrong('config.architecture', '"mamba2"', fields['architecture']);
  for (const name of SIZES) {
    const size = fields[name];
    if (!Number.isInteger(size) || Number(size) < 1 || Number(size) > 1 << 20) {
      wrong(`config.${name}`, 'an integer from 1 to 1048576', size);
    }
  }
  if (fields['convKernel'] === 1) wrong('config.convKernel', 'at least 2: this column and those kept', 1);
  // More would fill the memory with names of tensors before the first of them is missed.
  if (Number(fields['layers']) > MAX_LAYERS) {
    wrong('config.layers', `at most ${MAX_LAYERS}`, fields['layers']);
  }
  if (!Number.isInteger(Number(fields['heads']) / Number(fields['groups']))) {
    wrong('config.groups', `a divisor of the number of heads, ${String(fields['heads'])}`, fields['groups']);
  }
  const { epsilon } = fields;
  if (!isFiniteNumber(epsilon) || epsilon <= 0) wrong('config.epsilon', 'a positive number', epsilon);
  const { min, max } = (fields['timeStepLimit'] ?? {}) as Record<string, unknown>;
  if (!isFiniteNumber(min) || min < 0 || (max !== null && !(isFiniteNumber(max) && max > min))) {
    wrong('config.timeStepLimit', 'min of at least 0, and max above it or null', fields['timeStepLimit']);
  }
  if (typeof fields['tiedHead'] !== 'boolean') wrong('config.tiedHead', 'true or false', fields['tiedHead']);
  for (const name of ['bosTokenId', 'eosTokenId']) {
    const id = fields[name];
    if (id !== null && !(Number.isInteger(id) && Number(id) >= 0)) {
      wrong(`config.${name}`, 'a token id or null', id);
    }
  }
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
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
