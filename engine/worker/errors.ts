import { BadInputError } from '../errors.ts';
import type { SerializedError } from './protocol.ts';

export function serializeError(error: unknown): SerializedError {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    message: error.message,
    stack: error.stack,
    input: error instanceof BadInputError ? error.input : undefined,
  };
}

export function deserializeError({ message, stack, input }: SerializedError): Error {
  const error = input === undefined ? new Error(message) : new BadInputError(input);
  if (stack !== undefined) error.stack = stack;
  return error;
}
