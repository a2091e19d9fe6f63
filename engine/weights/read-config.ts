import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BadInputError, describe } from '../errors.ts';
import { EXAMPLES, Fields, SUPPORTED } from './config-fields.ts';
import { readJsonFile, unreadable } from './json-file.ts';
import type { Mamba2Config } from './mamba2-config.ts';
import type { ModelConfig } from './model-config.ts';
import { graniteConfig } from './read-granite-config.ts';

/** The most elements that one tensor of a believable model has: 2^32, four times Codestral's embedding times eight. */
const MAX_ELEMENTS = 2 ** 32;

/** How the checkpoint names its tensors. */
export type Layout = 'hugging-face' | 'mistral';

/**
 * Reads the shape of the model in a checkpoint folder: `config.json` (Hugging Face) or `params.json` (Mistral).
 * @throws BadInputError for a missing or broken file, an unsupported architecture or an impossible value.
 */
export async function readConfig(folder: string): Promise<{ config: ModelConfig; layout: Layout }> {
  const huggingFace = join(folder, 'config.json');
  const mistral = join(folder, 'params.json');
  if (existsSync(huggingFace)) {
    const fields = new Fields(huggingFace, await readJsonFile(huggingFace));
    return { config: checked(fields, fromHuggingFace(fields)), layout: 'hugging-face' };
  }
  if (existsSync(mistral)) {
    const fields = new Fields(mistral, await readJsonFile(mistral));
    return { config: checked(fields, fromMistral(fields)), layout: 'mistral' };
  }
  throw unreadable(huggingFace, Object.assign(new Error(), { code: 'ENOENT' }));
}

function fromHuggingFace(fields: Fields): ModelConfig {
  const type = fields.value('model_type');
  if (type === 'mamba2') return mamba2Config(fields);
  if (type === 'granitemoehybrid') return graniteConfig(fields);
  throw unsupported(fields.path, type);
}

function mamba2Config(fields: Fields): Mamba2Config {
  fields.mustBe('hidden_act', 'silu', 'silu');
  fields.mustBe('use_bias', false, false);
  fields.mustBe('use_conv_bias', true, true);
  const hiddenSize = fields.size('hidden_size');
  const heads = fields.size('num_heads');
  const headDim = fields.size('head_dim');
  // `norm_before_gate: true` stands in some converted configs and is wrong: mamba2.md. It is not read.
  return {
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
    timeStepLimit: fields.timeStepLimit('time_step_limit'),
    tiedHead: fields.flag('tie_word_embeddings', false),
    bosTokenId: fields.tokenId('bos_token_id'),
    eosTokenId: fields.tokenId('eos_token_id'),
  };
}

/** Mistral's params.json leaves out what mamba_ssm has as defaults: head_dim 64, d_state 128, conv 4, eps 1e-5, expand 2. */
function fromMistral(fields: Fields): Mamba2Config {
  const type = fields.value('model_type') ?? 'mamba';
  if (type !== 'mamba') throw unsupported(fields.path, type);
  const hiddenSize = fields.size('dim');
  const multiple = fields.size('pad_vocab_size_multiple', 1);
  return {
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
  };
}

function checked(fields: Fields, config: ModelConfig): ModelConfig {
  const { heads, groups, headDim, hiddenSize, vocabularySize, layers, convKernel } = config;
  const isGranite = config.architecture === 'granite-hybrid';
  const named = (name: string): string => (isGranite ? `mamba_${name}` : name);
  if (convKernel < 2) {
    throw fields.wrong(isGranite ? 'mamba_d_conv' : 'conv_kernel', 'at least 2: this column and those kept');
  }
  if (!Number.isInteger(heads / groups)) {
    throw fields.wrong(named('n_groups'), `a divisor of the number of heads, ${heads}`);
  }
  const expand = fields.value(named('expand'));
  if (typeof expand === 'number' && expand * hiddenSize !== heads * headDim) {
    throw fields.wrong(
      isGranite ? 'mamba_n_heads' : 'num_heads',
      `expand · hidden_size / head_dim = ${(expand * hiddenSize) / headDim}`,
    );
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

/** Architectures that people are likely to try, by their `model_type`. */
const NOT_YET: Record<string, string> = {
  falcon_h1: 'Falcon-H1',
  nemotron_h: 'Nemotron-H',
  zamba2: 'Zamba2',
  bamba: 'Bamba',
  jamba: 'Jamba',
  mamba: 'Mamba (the first)',
  granitemoe: 'Granite MoE',
  granite: 'Granite without Mamba layers',
};

function unsupported(path: string, type: unknown): BadInputError {
  const name = typeof type === 'string' ? NOT_YET[type] : undefined;
  return new BadInputError({
    source: path,
    field: 'model_type',
    expected: SUPPORTED,
    found: describe(type),
    action: name === undefined ? `Choose ${EXAMPLES}.` : `${name} is not supported yet: choose ${EXAMPLES}.`,
  });
}
