import { BadInputError, NotEnoughMemoryError } from '../errors.ts';
import type { SerializedError } from './protocol.ts';

export function serializeError(error: unknown): SerializedError {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    message: error.message,
    stack: error.stack,
    input: error instanceof BadInputError ? error.input : undefined,
    isMemory: error instanceof NotEnoughMemoryError,
  };
}

export function deserializeError({ message, stack, input, isMemory }: SerializedError): Error {
  const Kind = isMemory === true ? NotEnoughMemoryError : BadInputError;
  const error = input === undefined ? new Error(message) : new Kind(input);
  if (stack !== undefined) error.stack = stack;
  return error;
}
