import type { TextLines } from '../decoding/index.ts';
import type { CompletionContext } from '../prompt/index.ts';

export interface CompletionRequest {
  context: CompletionContext;
  /** Names the document among all that are open, such as its URI: what is kept for it goes when it closes. */
  document: string;
  lines: TextLines;
  /** Most tokens to generate. */
  maxTokens: number;
  /** Most tokens of the prompt before the cursor. */
  prefixTokens: number;
  /** Most tokens of the prompt after the cursor. */
  suffixTokens: number;
  /**
   * Whether lines below the cursor may stand in the tail where that saves much (see `bridge`), after which the plain layout is
   * prepared; true where it is left out.
   */
  bridges?: boolean;
  /** Most suggestions to give, decoded side by side; 1 where it is left out. */
  alternatives?: number;
}
