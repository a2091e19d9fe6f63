import { BadInputError } from '../../errors.ts';
import { FullDiskError, isFull } from '../../weights/free-space.ts';
import { HeldError } from '../folder-lock.ts';
import { HubError, HubUnavailableError } from '../hub/errors.ts';
import type { LibraryFailure, LibraryFailureKind } from './protocol.ts';

export function failureOf(error: unknown): LibraryFailure {
  if (!(error instanceof Error)) return { kind: 'unexpected', message: String(error) };
  const { message, stack } = error;
  return { kind: kindOf(error), message, stack };
}

function kindOf(error: Error): LibraryFailureKind {
  if (isFull(error) || error instanceof FullDiskError) return 'full-disk';
  if (error instanceof HubError) return error.kind;
  if (error instanceof HubUnavailableError) return 'unavailable';
  if (error instanceof HeldError) return 'held';
  return error instanceof BadInputError ? 'bad-input' : 'unexpected';
}
