import { readFile, stat } from 'node:fs/promises';
import JSON5 from 'json5';
import { BadInputError } from '../errors.ts';

/** 16 MB: the largest index of a sharded checkpoint seen is under 1 MB, so more is a mistake. */
const MAX_JSON_BYTES = 16_000_000;

/**
 * Reads a JSON file that may hold bare `Infinity` and `NaN`, as Python writes them.
 * @throws BadInputError if the file cannot be read, is too large or is not a JSON object.
 */
export async function readJsonFile(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MAX_JSON_BYTES) {
      throw new BadInputError({
        source: path,
        expected: `at most ${MAX_JSON_BYTES} bytes`,
        found: `${size} bytes`,
        action: 'Check that this is the right file.',
      });
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw unreadable(path, error);
  }
  let value: unknown;
  try {
    // JSON5 is several times slower than JSON.parse and needed for bare Infinity only.
    value = /\b(?:Infinity|NaN)\b/.test(text) ? JSON5.parse(text) : JSON.parse(text);
  } catch (error) {
    throw new BadInputError(
      {
        source: path,
        expected: 'a JSON object',
        found: messageOf(error),
        action: 'Download the file again.',
      },
      { cause: error },
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadInputError({
      source: path,
      expected: 'a JSON object',
      found: Array.isArray(value) ? 'an array' : String(value),
      action: 'Download the file again.',
    });
  }
  return value as Record<string, unknown>;
}

const FILE_ERRORS: Record<string, [found: string, action: string]> = {
  ENOENT: ['no such file', 'Check the path; where it is part of a download, that the download is complete.'],
  EISDIR: ['a folder', 'Name a file.'],
};

/** The error for a file that the operating system does not let us read. */
export function unreadable(path: string, error: unknown): BadInputError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [found, action] = FILE_ERRORS[code] ?? [messageOf(error), 'Check its permissions.'];
  return new BadInputError({ source: path, expected: 'a readable file', found, action }, { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
