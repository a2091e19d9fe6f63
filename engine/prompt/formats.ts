export type FimFormatName = 'mamba-complete' | 'mistral' | 'prefix-suffix-middle' | 'continuation';

/** What stands in a prompt: a marker (the names that it has in different vocabularies) or one of the texts. */
export type Part =
  | { marker: readonly string[]; optional?: true }
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
}

/**
 * The layouts, in the order in which they are tried: the first whose markers the vocabulary has is used.
 *
 * - `mamba-complete`: our own model. The suffix from the next line on stands first and stays true while a line is typed. The cursor's
 *   line and some above it, the recent text, stand behind the last marker, so that what is generated goes on from them.
 * - `mistral`: Codestral Mamba, as mistral-common encodes it. The suffix stands first, has no dummy prefix, and
 *   `[MIDDLE]` is not emitted.
 * - `prefix-suffix-middle`: Granite, as IBM documents it. Each keystroke moves the suffix behind it.
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
    parts: [
      { marker: ['<|fim_prefix|>', '<fim_prefix>'] },
      { text: 'prefix' },
      { marker: ['<|fim_suffix|>', '<fim_suffix>'] },
      { text: 'suffix' },
      { marker: ['<|fim_middle|>', '<fim_middle>'] },
    ],
    ends: ['<|end_of_text|>', '<|endoftext|>', '<|fim_pad|>'],
  },
  {
    name: 'continuation',
    suffixFrom: 'nowhere',
    parts: [{ marker: ['<s>', '<|bos|>', '<|begin_of_text|>'], optional: true }, { text: 'prefix' }],
    ends: ['</s>', '<|end|>', '<|endoftext|>', '<|end_of_text|>'],
  },
];
