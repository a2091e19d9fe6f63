export type FimFormatName =
  | 'mamba-complete'
  | 'mistral'
  | 'prefix-suffix-middle'
  | 'suffix-prefix-middle'
  | 'suffix-first'
  | 'instruct'
  | 'continuation';

/** What stands in a prompt: a marker (the names that it has in different vocabularies), one of the texts, or words of the format's own. */
export type Part =
  | { marker: readonly string[]; optional?: true }
  | { literal: string; dummyPrefix?: false }
  | { text: 'header' | 'suffix' | 'prefix' | 'tail' | 'recent'; dummyPrefix?: false }
  /** Parts that are left out together when the text is empty. */
  | { onlyWith: 'header' | 'tail'; parts: readonly Part[] };

export interface FimLayout {
  name: FimFormatName;
  /** Where the suffix begins: at the cursor, or at the next line, with the rest of the cursor's line in the tail. */
  suffixFrom: 'cursor' | 'next-line' | 'nowhere';
  parts: readonly Part[];
  /** Generation ends at any of these that the vocabulary has; it must have one. */
  ends: readonly string[];
  /** Whether the answer stands in a code fence, whose end is the answer's. */
  isFenced?: true;
  /** Never chosen by the vocabulary: what of these a model understands only measuring tells. */
  onlyByName?: true;
}

const FIM_PREFIX = { marker: ['<|fim_prefix|>', '<fim_prefix>'] };
const FIM_SUFFIX = { marker: ['<|fim_suffix|>', '<fim_suffix>'] };
const FIM_MIDDLE = { marker: ['<|fim_middle|>', '<fim_middle>'] };
const FIM_ENDS = ['<|end_of_text|>', '<|endoftext|>', '<|fim_pad|>'];

/**
 * A question to an assistant. The suffix comes first; the answer has been begun with the cursor's line and some above it, so
 * that what is generated goes on from them and a keystroke adds to the end.
 */
const QUESTION: readonly Part[] = [
  { literal: 'Complete the code of a file at the cursor.\n' },
  {
    onlyWith: 'header',
    parts: [
      { literal: 'The file: ', dummyPrefix: false },
      { text: 'header', dummyPrefix: false },
      { literal: '\n', dummyPrefix: false },
    ],
  },
  { literal: 'The code after the cursor:\n```\n', dummyPrefix: false },
  { text: 'suffix', dummyPrefix: false },
  { literal: '\n```\nThe code before the cursor:\n```\n', dummyPrefix: false },
  { text: 'prefix', dummyPrefix: false },
  {
    literal:
      '```\nContinue it exactly where it breaks off, up to where the code after the cursor follows. Answer with code only.',
    dummyPrefix: false,
  },
];
const ANSWER: readonly Part[] = [{ literal: '```\n' }, { text: 'recent' }];

/**
 * The layouts, in the order in which they are tried: the first whose markers the vocabulary has is used, unless another is named.
 *
 * - `mamba-complete`: our own model. The suffix from the next line on stands first and stays true while a line is typed. The cursor's
 *   line and some above it, the recent text, stand behind the last marker, so that what is generated goes on from them.
 * - `mistral`: Codestral Mamba, as mistral-common encodes it. The suffix stands first, has no dummy prefix, and
 *   `[MIDDLE]` is not emitted.
 * - `prefix-suffix-middle`: Granite, as IBM documents it. Each keystroke moves the suffix behind it.
 * - `suffix-prefix-middle`: with the same markers, the order in which half of the samples are given in training ("SPM variant 2" of Bavarian
 *   et al. 2022, arXiv 2207.14255, as StarCoder's and Granite's code models have it): the prefix stands last.
 * - `suffix-first`: the plain order of the same three.
 * - `instruct`: Mistral's or Granite's chat template around a question.
 * - `continuation`: models without markers see only what stands before the cursor.
 */
export const FIM_FORMATS: readonly FimLayout[] = [
  {
    name: 'mamba-complete',
    suffixFrom: 'next-line',
    parts: [
      { marker: ['<|bos|>'] },
      { onlyWith: 'header', parts: [{ marker: ['<|path|>'] }, { text: 'header' }] },
      { marker: ['<|suffix|>'] },
      { text: 'suffix' },
      { marker: ['<|prefix|>'] },
      { text: 'prefix' },
      { onlyWith: 'tail', parts: [{ marker: ['<|tail|>'] }, { text: 'tail' }] },
      { marker: ['<|middle|>'] },
      { text: 'recent' },
    ],
    ends: ['<|end|>'],
  },
  {
    name: 'mistral',
    suffixFrom: 'cursor',
    parts: [
      { marker: ['<s>'] },
      { marker: ['[SUFFIX]'] },
      { text: 'suffix', dummyPrefix: false },
      { marker: ['[PREFIX]'] },
      { text: 'prefix' },
    ],
    ends: ['</s>'],
  },
  {
    name: 'prefix-suffix-middle',
    suffixFrom: 'cursor',
    parts: [FIM_PREFIX, { text: 'prefix' }, FIM_SUFFIX, { text: 'suffix' }, FIM_MIDDLE],
    ends: FIM_ENDS,
  },
  {
    name: 'suffix-prefix-middle',
    suffixFrom: 'cursor',
    parts: [FIM_PREFIX, FIM_SUFFIX, { text: 'suffix' }, FIM_MIDDLE, { text: 'prefix' }],
    ends: FIM_ENDS,
    onlyByName: true,
  },
  {
    name: 'suffix-first',
    suffixFrom: 'cursor',
    parts: [FIM_SUFFIX, { text: 'suffix' }, FIM_PREFIX, { text: 'prefix' }, FIM_MIDDLE],
    ends: FIM_ENDS,
    onlyByName: true,
  },
  {
    name: 'instruct',
    suffixFrom: 'cursor',
    parts: [{ marker: ['<s>'] }, { marker: ['[INST]'] }, ...QUESTION, { marker: ['[/INST]'] }, ...ANSWER],
    ends: ['</s>'],
    isFenced: true,
    onlyByName: true,
  },
  {
    name: 'instruct',
    suffixFrom: 'cursor',
    parts: [
      { marker: ['<|start_of_role|>'] },
      { literal: 'user' },
      { marker: ['<|end_of_role|>'] },
      ...QUESTION,
      { marker: ['<|end_of_text|>'] },
      { literal: '\n' },
      { marker: ['<|start_of_role|>'] },
      { literal: 'assistant' },
      { marker: ['<|end_of_role|>'] },
      ...ANSWER,
    ],
    ends: ['<|end_of_text|>'],
    isFenced: true,
    onlyByName: true,
  },
  {
    name: 'continuation',
    suffixFrom: 'nowhere',
    parts: [{ marker: ['<s>', '<|bos|>', '<|begin_of_text|>'], optional: true }, { text: 'prefix' }],
    ends: ['</s>', '<|end|>', '<|endoftext|>', '<|end_of_text|>'],
  },
];
