import type { Suggestions, TextLines } from '../decoding/index.ts';
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
  /** How long to wait for the first token, in ms: what of the window takes longer is left out; the whole window where it is left out. */
  latencyMs?: number;
  /** How long generating may take, in ms, but for the line or word that is being written then; any time where it is left out. */
  decodeMs?: number;
  /** Whether to prepare a larger window after an answer from a smaller one; true where it is left out. */
  deepens?: boolean;
  /** Whether the text of the document and of the project has a say beside the model; true where it is left out. */
  mixes?: boolean;
  /** How likely a suggestion has to be; `all`, which shows everything, where it is left out. Only what was mixed has a likelihood. */
  suggestions?: Suggestions | 'all';
  /** Most suggestions to give, decoded side by side; 1 where it is left out. */
  alternatives?: number;
}
