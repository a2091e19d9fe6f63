/** The engine's face: plain data in, text and an account out. Nothing here knows of an editor, a token id or a tensor. */

export { BadInputError, type BadInput } from './errors.ts';
export { openEngine, type EngineOptions } from './worker/client.ts';

/** The text around a cursor, as plain data. */
export interface CompletionContext {
  /** Text before the cursor, at best from the document's start. */
  prefix: string;
  /** Text after the cursor, at best to the document's end. */
  suffix: string;
  /** Offset in the document (UTF-16 units) of the first character of `prefix`; 0 where the whole text was handed over. */
  prefixOffset: number;
  /** Path inside the workspace with `/` as separator; empty if unknown. */
  path: string;
  /** VS Code's language identifier, such as `typescript`; empty if unknown. */
  languageId: string;
}

/** How many lines a completion may have: decided from the syntax, always one, or up to a block. */
export type LineMode = 'auto' | 'single' | 'multiple';

export interface CompletionRequest {
  context: CompletionContext;
  lines: LineMode;
  /** Most tokens to generate. */
  maxTokens: number;
  /** Most tokens of the prompt before the cursor. */
  prefixTokens: number;
  /** Most tokens of the prompt after the cursor. */
  suffixTokens: number;
}

/** What a request cost. Times are milliseconds. */
export interface Account {
  promptTokens: number;
  /** Prompt tokens whose state was known already. */
  reusedTokens: number;
  /** Prompt tokens that the model was advanced by. */
  advancedTokens: number;
  generatedTokens: number;
  /** From the request's arrival in the worker to the first generated token; 0 if none was generated. */
  firstTokenMs: number;
  totalMs: number;
}

/** Why generation ended. */
export type StopReason = 'end-token' | 'line' | 'block' | 'suffix' | 'max-tokens' | 'repetition';

/** Why there is no text. */
export type NoCompletionReason = 'cancelled' | 'empty' | 'repeats-suffix' | 'closed';

export type CompletionResult =
  | { kind: 'completion'; text: string; stop: StopReason; account: Account }
  | { kind: 'none'; reason: NoCompletionReason; account: Account };

/** What is loaded, for the status item and the log. */
export interface ModelInfo {
  name: string;
  /** Folder of the checkpoint or model package. */
  directory: string;
  parameters: number;
  layers: number;
  /** Bits a weight of the large matrices: 4, 8 or 32. */
  bits: number;
  vocabularySize: number;
  /** The name of the fill-in-the-middle format in use. */
  fimFormat: string;
  threads: number;
  /** Size of one sequence's state in bytes, whatever the context. */
  stateBytes: number;
  loadMs: number;
}

export interface Engine {
  readonly model: ModelInfo;
  /**
   * Completes at a cursor. A newer request, or aborting the signal, ends an older one within one prefill chunk with
   * `{ kind: 'none', reason: 'cancelled' }`. Rejects only when the worker died or has a bug.
   */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<CompletionResult>;
  /** Ends the worker; requests under way end as 'closed'. */
  close(): Promise<void>;
}
