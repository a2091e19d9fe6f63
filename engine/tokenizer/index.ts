/** The tokenizers' face: a folder or file in, one {@link Tokenizer} out. */

export { findTokenizer, loadTokenizer } from './load.ts';
export type { EncodeOptions, Tokenizer } from './tokenizer.ts';
