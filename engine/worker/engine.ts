import type { ModelInfo } from '../completion/open-completer.ts';
import type { Measurement, MeasureProgress, MeasureRequest } from '../completion/measuring/measurement.ts';
import type { CompletionRequest } from '../completion/request.ts';
import type { CompletionResult } from '../completion/result.ts';

/** A loaded model in a thread of its own. */
export interface Engine {
  readonly model: ModelInfo;
  /**
   * Completes at a cursor. A newer request, or aborting the signal, ends an older one within one prefill chunk with
   * `{ kind: 'none', reason: 'cancelled' }`.
   * @throws EngineGoneError if the worker died; any other error is a bug that this request met, and the engine goes on.
   */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<CompletionResult>;
  /**
   * Prepares for a request that may come, such as after the cursor has moved. Runs when nothing else does, and gives way within
   * one prefill chunk to whatever is asked next.
   */
  warm(request: CompletionRequest): void;
  /** A document was closed: its states leave the memory, and are kept on disk where there is a folder for them. */
  closed(document: string): void;
  /**
   * A file of the project is as given, or gone where `text` is undefined. Taken in when nothing else is to be done. The newest files
   * are found first, and where there is no more room the oldest are forgotten.
   * @param name as `CompletionRequest.document` names it when it is written in
   */
  file(name: string, text: string | undefined): void;
  /**
   * Compares the formats that the model's vocabulary allows on texts, in minutes; gives way to requests and to warming within one prefill chunk.
   * @returns what was measured until then where the signal is aborted; undefined if the engine is closed
   * @throws BadInputError if there is nothing to measure on; EngineGoneError if the worker died
   */
  measure(
    request: MeasureRequest,
    progress?: (progress: MeasureProgress) => void,
    signal?: AbortSignal,
  ): Promise<Measurement | undefined>;
  /** Ends the worker; requests under way end as 'closed'. */
  close(): Promise<void>;
}

/** The engine's worker has ended without being asked to. Only another engine helps. */
export class EngineGoneError extends Error {
  override readonly name = 'EngineGoneError';
}
