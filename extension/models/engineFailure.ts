import { BadInputError, NotEnoughMemoryError, type BadInput } from '../../engine/index.ts';

/** Why there is no engine. */
export type EngineFailure =
  /** The model or a setting is not what it should be. */
  | { kind: 'bad-input'; input: BadInput; message: string }
  /** The model does not fit in memory, by its size or as its loading has shown. */
  | { kind: 'out-of-memory'; message: string }
  /** Loading this model ended the extension host before. */
  | { kind: 'crashed-before'; model: string; message: string }
  /** The worker died again and again. */
  | { kind: 'died'; message: string }
  /** Anything else: a bug. */
  | { kind: 'error'; message: string; stack: string };

export function engineFailure(error: unknown): EngineFailure {
  if (error instanceof NotEnoughMemoryError) return { kind: 'out-of-memory', message: error.message };
  if (error instanceof BadInputError)
    return { kind: 'bad-input', input: error.input, message: error.message };
  if (error instanceof Error)
    return { kind: 'error', message: error.message, stack: error.stack ?? error.message };
  return { kind: 'error', message: String(error), stack: String(error) };
}
