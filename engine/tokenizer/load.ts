import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BadInputError } from '../errors.ts';
import { ByteLevelTokenizer } from './byte-level.ts';
import { readSentencePieceModel } from './sentencepiece-model.ts';
import { SentencePieceTokenizer } from './sentencepiece.ts';
import { readTokenizerJson } from './tokenizer-json.ts';
import type { Tokenizer } from './tokenizer.ts';

const MISSING_ACTION = "Put the model's tokenizer beside its weights.";

/**
 * Loads the tokenizer of a model.
 * @param source the model's folder, or a tokenizer.json or SentencePiece file itself. In a folder, tokenizer.json comes
 *   first, then tokenizer.model, tokenizer.model.v3 and any other `*.model*`. A tokenizer.json that is not byte-level
 *   (Mistral's repositories have one beside the SentencePiece model that it was converted from) gives way to the model.
 * @throws BadInputError if there is none, or it is broken or of another kind
 */
export async function loadTokenizer(source: string): Promise<Tokenizer> {
  const found = await findTokenizer(source);
  if (found !== undefined) return found.tokenizer;
  throw new BadInputError({
    source,
    expected: 'tokenizer.json, tokenizer.model or another *.model* file',
    found: 'none',
    action: MISSING_ACTION,
  });
}

/** {@link loadTokenizer}, with the file that it came from; undefined if the folder has none. */
export async function findTokenizer(
  source: string,
): Promise<{ file: string; tokenizer: Tokenizer } | undefined> {
  const files = await candidates(source);
  if (files.length === 0) return undefined;
  let first: unknown;
  for (const file of files) {
    try {
      return { file, tokenizer: await load(file) };
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      first ??= error;
      // Broken JSON is a broken download; only another kind of tokenizer is a reason to look further.
      if (error.input.field === undefined) break;
    }
  }
  throw first;
}

async function load(file: string): Promise<Tokenizer> {
  try {
    const content = await readFile(file);
    if (basename(file).endsWith('.json'))
      return new ByteLevelTokenizer(readTokenizerJson(content.toString('utf8'), file));
    return new SentencePieceTokenizer(readSentencePieceModel(content, file));
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    // The operating system's word, or the library's about a part of the file that it does not know.
    throw new BadInputError(
      {
        source: file,
        field: 'content',
        expected: 'a byte-level tokenizer.json or a SentencePiece model',
        found: error instanceof Error ? error.message : String(error),
        action: 'Download the file again, or choose another model.',
      },
      { cause: error },
    );
  }
}

async function candidates(source: string): Promise<string[]> {
  let names: string[];
  try {
    if (!(await stat(source)).isDirectory()) return [source];
    names = await readdir(source);
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const found = isMissing
      ? 'no such file or folder'
      : cause instanceof Error
        ? cause.message
        : String(cause);
    const action = isMissing ? 'Check the path.' : 'Check its permissions.';
    throw new BadInputError(
      { source, expected: "a model's folder or a tokenizer file", found, action },
      { cause },
    );
  }
  const known = ['tokenizer.json', 'tokenizer.model', 'tokenizer.model.v3'];
  const others = names.filter((name) => !known.includes(name) && /\.model(\.|$)/u.test(name)).sort();
  return [...known.filter((name) => names.includes(name)), ...others].map((name) => join(source, name));
}
