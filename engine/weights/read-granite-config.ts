import { BadInputError, describe } from '../errors.ts';
import { EXAMPLES, type Fields } from './config-fields.ts';
import type { AttentionConfig, GraniteHybridConfig } from './granite-config.ts';

/** Names of the two kinds of layers: IBM's, and those that newer versions of transformers write. */
const RECURRENT = ['mamba', 'linear_attention'];
const ATTENTION = ['attention', 'full_attention'];

/**
 * The shape of a dense Granite 4.0-H model, from its `config.json` (transformers' GraniteMoeHybridConfig).
 * @throws BadInputError for experts, rotary positions and whatever else the engine does not compute.
 */
export function graniteConfig(fields: Fields): GraniteHybridConfig {
  if ((fields.value('num_local_experts') ?? 8) !== 0) {
    throw notYet(fields, 'num_local_experts', '0', 'A mixture of experts (Granite 4.0-H Tiny and Small)');
  }
  if (!['nope', undefined, null].includes(fields.value('position_embedding_type') as string | undefined)) {
    throw notYet(fields, 'position_embedding_type', '"nope"', 'Granite with rotary positions');
  }
  fields.mustBe('hidden_act', 'silu', 'silu');
  fields.mustBe('normalization_function', 'rmsnorm', 'rmsnorm');
  fields.mustBe('mamba_proj_bias', false, false);
  fields.mustBe('mamba_conv_bias', true, true);
  const hiddenSize = fields.size('hidden_size');
  const heads = fields.size('mamba_n_heads');
  const isAuto = (fields.value('mamba_d_head') ?? 'auto') === 'auto';
  return {
    architecture: 'granite-hybrid',
    hiddenSize,
    layers: fields.size('num_hidden_layers'),
    heads,
    headDim: isAuto ? (fields.size('mamba_expand', 2) * hiddenSize) / heads : fields.size('mamba_d_head'),
    groups: fields.size('mamba_n_groups', 1),
    stateSize: fields.size('mamba_d_state'),
    convKernel: fields.size('mamba_d_conv', 4),
    vocabularySize: fields.size('vocab_size'),
    epsilon: fields.positive('rms_norm_eps', 1e-6),
    timeStepLimit: fields.timeStepLimit('time_step_limit'),
    tiedHead: fields.flag('tie_word_embeddings', false),
    bosTokenId: fields.tokenId('bos_token_id'),
    eosTokenId: fields.tokenId('eos_token_id'),
    attention: attentionConfig(fields, hiddenSize),
    mlpSize: fields.size('shared_intermediate_size'),
    multipliers: {
      embedding: fields.positive('embedding_multiplier', 1),
      residual: fields.positive('residual_multiplier', 1),
      logits: fields.positive('logits_scaling', 1),
      attention: fields.positive('attention_multiplier', 1),
    },
  };
}

function attentionConfig(fields: Fields, hiddenSize: number): AttentionConfig {
  const heads = fields.size('num_attention_heads');
  const kvHeads = fields.size('num_key_value_heads', heads);
  if (!Number.isInteger(heads / kvHeads)) {
    throw fields.wrong('num_key_value_heads', `a divisor of the number of heads, ${heads}`);
  }
  if (fields.value('head_dim') === undefined && !Number.isInteger(hiddenSize / heads)) {
    throw fields.wrong('num_attention_heads', `a divisor of hidden_size, ${hiddenSize}`);
  }
  return {
    layers: attentionLayers(fields),
    heads,
    kvHeads,
    headDim: fields.size('head_dim', hiddenSize / heads),
    bias: fields.flag('attention_bias', false),
  };
}

function attentionLayers(fields: Fields): number[] {
  const count = fields.size('num_hidden_layers');
  const name = fields.value('layer_types') === undefined ? 'layers_block_type' : 'layer_types';
  const types = fields.value(name);
  // transformers' default: no attention at all.
  if (types === undefined || types === null) return [];
  const known: unknown[] = [...RECURRENT, ...ATTENTION];
  if (!Array.isArray(types) || types.length !== count || !types.every((type) => known.includes(type))) {
    throw fields.wrong(name, `${count} times "${RECURRENT[0]}" or "${ATTENTION[0]}"`);
  }
  const layers = types.flatMap((type: string, layer) => (ATTENTION.includes(type) ? [layer] : []));
  if (layers.length === count) throw fields.wrong(name, `"${RECURRENT[0]}" at least once`);
  return layers;
}

function notYet(fields: Fields, field: string, expected: string, what: string): BadInputError {
  return new BadInputError({
    source: fields.path,
    field,
    expected,
    found: describe(fields.value(field)),
    action: `${what} is not supported yet: choose ${EXAMPLES}.`,
  });
}
