import { readFile } from 'node:fs/promises';
import { unreadable } from '../weights/json-file.ts';

/** A file's text. @throws BadInputError if it cannot be read. */
export async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(path, error);
  });
}
