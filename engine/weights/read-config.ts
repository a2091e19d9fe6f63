import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BadInputError, describe } from '../errors.ts';
import { readJsonFile, unreadable } from './json-file.ts';
import type { Mamba2Config } from './mamba2-config.ts';

/** No published Mamba-2 has a dimension beyond 2^20; more would only exhaust memory. */
const MAX_DIMENSION = 1 << 20;
/** The most elements that one tensor of a believable model has: 2^32, four times Codestral's embedding times eight. */
const MAX_ELEMENTS = 2 ** 32;

/** How the checkpoint names its tensors. */
export type Layout = 'hugging-face' | 'mistral';

/**
 * Reads the shape of the model in a checkpoint folder: `config.json` (Hugging Face) or `params.json` (Mistral).
 * @throws BadInputError for a missing or broken file, an unsupported architecture or an impossible value.
 */
export async function readConfig(folder: string): Promise<{ config: Mamba2Config; layout: Layout }> {
  const huggingFace = join(folder, 'config.json');
  const mistral = join(folder, 'params.json');
  if (existsSync(huggingFace)) {
    return {
      config: fromHuggingFace(new Fields(huggingFace, await readJsonFile(huggingFace))),
      layout: 'hugging-face',
    };
  }
  if (existsSync(mistral)) {
    return { config: fromMistral(new Fields(mistral, await readJsonFile(mistral))), layout: 'mistral' };
  }
  throw unreadable(huggingFace, Object.assign(new Error(), { code: 'ENOENT' }));
}

function fromHuggingFace(fields: Fields): Mamba2Config {
  const type = fields.value('model_type');
  if (type !== 'mamba2') throw unsupported(fields.path, type);
  fields.mustBe('hidden_act', 'silu', 'silu');
  fields.mustBe('use_bias', false, false);
  fields.mustBe('use_conv_bias', true, true);
  const hiddenSize = fields.size('hidden_size');
  const heads = fields.size('num_heads');
  const headDim = fields.size('head_dim');
  const limit = fields.value('time_step_limit') ?? [0, Infinity];
  if (!Array.isArray(limit) || limit.length !== 2) throw fields.wrong('time_step_limit', 'two numbers');
  const [min, max] = limit.map(infinityObject);
  if (typeof min !== 'number' || typeof max !== 'number' || !(min >= 0) || !(max > min)) {
    throw fields.wrong('time_step_limit', 'two numbers, the first at least 0 and below the second');
  }
  // `norm_before_gate: true` stands in some converted configs and is wrong: mamba2.md. It is not read.
  return checked(fields, {
    architecture: 'mamba2',
    hiddenSize,
    layers: fields.size('num_hidden_layers'),
    heads,
    headDim,
    groups: fields.size('n_groups'),
    stateSize: fields.size('state_size'),
    convKernel: fields.size('conv_kernel'),
    vocabularySize: fields.size('vocab_size'),
    epsilon: fields.positive('layer_norm_epsilon', 1e-5),
    timeStepLimit: { min, max: Number.isFinite(max) ? max : null },
    tiedHead: fields.flag('tie_word_embeddings', false),
    bosTokenId: fields.tokenId('bos_token_id'),
    eosTokenId: fields.tokenId('eos_token_id'),
  });
}

/** Mistral's params.json leaves out what mamba_ssm has as defaults: head_dim 64, d_state 128, conv 4, eps 1e-5, expand 2. */
function fromMistral(fields: Fields): Mamba2Config {
  const type = fields.value('model_type') ?? 'mamba';
  if (type !== 'mamba') throw unsupported(fields.path, type);
  const hiddenSize = fields.size('dim');
  const multiple = fields.size('pad_vocab_size_multiple', 1);
  return checked(fields, {
    architecture: 'mamba2',
    hiddenSize,
    layers: fields.size('n_layers'),
    heads: (2 * hiddenSize) / 64,
    headDim: 64,
    groups: fields.size('n_groups', 1),
    stateSize: 128,
    convKernel: 4,
    vocabularySize: Math.ceil(fields.size('vocab_size') / multiple) * multiple,
    epsilon: 1e-5,
    timeStepLimit: { min: 0, max: null },
    tiedHead: fields.flag('tie_embeddings', true),
    bosTokenId: 1,
    eosTokenId: 2,
  });
}

function checked(fields: Fields, config: Mamba2Config): Mamba2Config {
  const { heads, groups, headDim, hiddenSize, vocabularySize, layers, convKernel } = config;
  if (convKernel < 2) throw fields.wrong('conv_kernel', 'at least 2');
  if (!Number.isInteger(heads / groups)) {
    throw fields.wrong('n_groups', `a divisor of the number of heads, ${heads}`);
  }
  if (config.convKernel < 2) throw fields.wrong('conv_kernel', 'at least 2: this column and those kept');
  const expand = fields.value('expand');
  if (typeof expand === 'number' && expand * hiddenSize !== heads * headDim) {
    throw fields.wrong('num_heads', `expand · hidden_size / head_dim = ${(expand * hiddenSize) / headDim}`);
  }
  if (
    vocabularySize * hiddenSize > MAX_ELEMENTS ||
    heads * headDim * hiddenSize > MAX_ELEMENTS ||
    layers > 4096
  ) {
    throw fields.wrong('hidden_size', `a model whose tensors have at most ${MAX_ELEMENTS} elements`);
  }
  return config;
}

function unsupported(path: string, type: unknown): BadInputError {
  return new BadInputError({
    source: path,
    field: 'model_type',
    expected: 'a supported architecture (mamba2)',
    found: describe(type),
    action: 'Choose a Mamba-2 model.',
  });
}

/** Some writers spell infinity as `{"__float__": "Infinity"}`. */
function infinityObject(value: unknown): unknown {
  const named = typeof value === 'object' && value !== null && '__float__' in value ? value.__float__ : value;
  return named === 'Infinity' ? Infinity : named;
}

/** Checked access to the fields of a config file. */
class Fields {
  constructor(
    readonly path: string,
    private readonly values: Record<string, unknown>,
  ) {}

  value(name: string): unknown {
    return this.values[name];
  }

  size(name: string, otherwise?: number): number {
    const value = this.values[name] ?? otherwise;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MAX_DIMENSION) {
      throw this.wrong(name, `an integer from 1 to ${MAX_DIMENSION}`);
    }
    return value;
  }

  positive(name: string, otherwise: number): number {
    const value = this.values[name] ?? otherwise;
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) {
      throw this.wrong(name, 'a positive number');
    }
    return value;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.values[name] ?? otherwise;
    if (typeof value !== 'boolean') throw this.wrong(name, 'true or false');
    return value;
  }

  tokenId(name: string): number | null {
    const value = this.values[name] ?? null;
    if (value === null) return null;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
      throw this.wrong(name, 'a token id');
    }
    return value;
  }

  /** The engine computes `expected` only; a file that says otherwise would give wrong text without a word. */
  mustBe(name: string, expected: unknown, otherwise: unknown): void {
    if ((this.values[name] ?? otherwise) !== expected) throw this.wrong(name, JSON.stringify(expected));
  }

  wrong(name: string, expected: string): BadInputError {
    return new BadInputError({
      source: this.path,
      field: name,
      expected,
      found: describe(this.values[name]),
      action: 'Download the file again, or choose another model.',
    });
  }
}
