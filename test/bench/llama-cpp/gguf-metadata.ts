import { BadInputError, describe } from '../../../engine/errors.ts';
import { readTokenizerJson } from '../../../engine/tokenizer/tokenizer-json.ts';
import type { Mamba2Config } from '../../../engine/weights/mamba2-config.ts';
import { innerSize } from '../../../engine/weights/model-shape.ts';
import type { GgufValue } from './gguf.ts';

const MOSTLY_Q8_0 = 7;
const QUANTIZATION_VERSION = 2;
/** The state has one size whatever the context; llama.cpp's own converter writes this. */
const CONTEXT_LENGTH = 2 ** 20;
const NORMAL_TOKEN = 1;
const CONTROL_TOKEN = 3;

/**
 * What llama.cpp has to know of a Mamba-2 model besides its tensors.
 *
 * Its list of pre-tokenizers has none that is quite like ours. Qwen 2's differs in the white space at a line's start alone; who
 * sends ids does not meet it.
 * @param tokenizer a tokenizer.json of ours
 * @param source what errors call the tokenizer's file
 * @throws BadInputError if the tokenizer has not the markers of our format
 */
export function ggufMetadata(
  config: Mamba2Config,
  name: string,
  tokenizer: string,
  source: string,
): Record<string, GgufValue> {
  const { raw, vocabulary, addedTokens } = readTokenizerJson(tokenizer, source);
  const special = new Map(
    addedTokens.filter((token) => token.special).map(({ id, content }) => [content, id]),
  );
  const marker = (content: string): GgufValue => {
    const id = special.get(content);
    if (id !== undefined) return { uint32: id };
    const action = 'Choose a model in the format of the bundled one.';
    throw new BadInputError({ source, field: 'added_tokens', expected: content, found: 'none', action });
  };
  const pieces = new Map([...vocabulary, ...special].map(([piece, id]) => [id, piece]));
  const ids = Array.from({ length: config.vocabularySize }, (_, id) => id);
  const controls = new Set(special.values());
  return {
    'general.architecture': { text: 'mamba2' },
    'general.name': { text: name },
    'general.file_type': { uint32: MOSTLY_Q8_0 },
    'general.quantization_version': { uint32: QUANTIZATION_VERSION },
    'mamba2.context_length': { uint32: CONTEXT_LENGTH },
    'mamba2.embedding_length': { uint32: config.hiddenSize },
    'mamba2.block_count': { uint32: config.layers },
    // Not of this architecture, and demanded of every model.
    'mamba2.feed_forward_length': { uint32: 0 },
    'mamba2.attention.head_count': { uint32: 0 },
    'mamba2.attention.layer_norm_rms_epsilon': { float32: config.epsilon },
    'mamba2.ssm.conv_kernel': { uint32: config.convKernel },
    'mamba2.ssm.inner_size': { uint32: innerSize(config) },
    'mamba2.ssm.state_size': { uint32: config.stateSize },
    'mamba2.ssm.time_step_rank': { uint32: config.heads },
    'mamba2.ssm.group_count': { uint32: config.groups },
    'tokenizer.ggml.model': { text: 'gpt2' },
    'tokenizer.ggml.pre': { text: 'qwen2' },
    'tokenizer.ggml.tokens': { texts: ids.map((id) => pieces.get(id) ?? `[unused ${id}]`) },
    'tokenizer.ggml.token_type': {
      int32s: ids.map((id) => (controls.has(id) ? CONTROL_TOKEN : NORMAL_TOKEN)),
    },
    'tokenizer.ggml.merges': { texts: mergesOf(raw, source) },
    'tokenizer.ggml.add_bos_token': { bool: true },
    'tokenizer.ggml.bos_token_id': marker('<|bos|>'),
    'tokenizer.ggml.eos_token_id': marker('<|end|>'),
    'tokenizer.ggml.fim_pre_token_id': marker('<|prefix|>'),
    'tokenizer.ggml.fim_suf_token_id': marker('<|suffix|>'),
    'tokenizer.ggml.fim_mid_token_id': marker('<|middle|>'),
  };
}

/** Merges as GGUF has them, two pieces with a space between; some tokenizer.json files list them as pairs. */
function mergesOf(raw: Readonly<Record<string, unknown>>, source: string): string[] {
  const { merges } = raw['model'] as { merges: readonly unknown[] };
  return merges.map((merge, index) => {
    if (typeof merge === 'string') return merge;
    if (Array.isArray(merge) && merge.length === 2) return merge.join(' ');
    throw new BadInputError({
      source,
      field: `model.merges[${index}]`,
      expected: 'two pieces',
      found: describe(merge),
      action: 'Download the model again.',
    });
  });
}
