import type { TextLines } from '../decoding/index.ts';
import type { CompletionContext } from '../prompt/index.ts';

export interface CompletionRequest {
  context: CompletionContext;
  lines: TextLines;
  /** Most tokens to generate. */
  maxTokens: number;
  /** Most tokens of the prompt before the cursor. */
  prefixTokens: number;
  /** Most tokens of the prompt after the cursor. */
  suffixTokens: number;
}
