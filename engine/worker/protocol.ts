import type { LocalCacheUse, ModelInfo } from '../completion/open-completer.ts';
import type { Measurement, MeasureProgress, MeasureRequest } from '../completion/measuring/measurement.ts';
import type { CompletionRequest } from '../completion/request.ts';
import type { CompletionResult } from '../completion/result.ts';
import type { BadInput } from '../errors.ts';

/** What the worker is started with. */
export interface WorkerOptions {
  model: string;
  threads: number;
  stateBytes?: number | undefined;
  stateFolder?: string | undefined;
  localCache?: LocalCacheUse | undefined;
  checksMemory?: boolean | undefined;
  formats?: Readonly<Record<string, string>> | undefined;
  /** Memory of the {@link ExitLatch} that both threads share. */
  exitLatch: SharedArrayBuffer;
}

export type ToWorker =
  | { kind: 'complete'; id: number; request: CompletionRequest }
  | { kind: 'warm'; request: CompletionRequest }
  | { kind: 'measure'; id: number; request: MeasureRequest }
  | { kind: 'cancel'; id: number }
  | { kind: 'closed'; document: string }
  | { kind: 'file'; name: string; text: string | undefined }
  | { kind: 'close' };

export type FromWorker =
  | { kind: 'opened'; model: ModelInfo }
  | { kind: 'not-opened'; error: SerializedError }
  | { kind: 'result'; id: number; result: CompletionResult }
  | { kind: 'progress'; id: number; progress: MeasureProgress }
  | { kind: 'measured'; id: number; measurement: Measurement }
  | { kind: 'error'; id: number; error: SerializedError };

/** An error as it crosses the thread boundary: a structured clone loses the class. */
export interface SerializedError {
  message: string;
  stack?: string | undefined;
  /** Set for bad input. */
  input?: BadInput | undefined;
  /** Set for a model that does not fit in memory. */
  isMemory?: boolean | undefined;
}
