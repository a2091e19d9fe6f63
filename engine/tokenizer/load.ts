import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BadInputError } from '../errors.ts';
import { ByteLevelTokenizer } from './byte-level.ts';
import { readSentencePieceModel } from './sentencepiece-model.ts';
import { SentencePieceTokenizer } from './sentencepiece.ts';
import { readTokenizerJson } from './tokenizer-json.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Loads the tokenizer of a model.
 * @param source the model's folder, or a tokenizer.json or SentencePiece file itself. In a folder, tokenizer.json comes
 *   first, then tokenizer.model, tokenizer.model.v3 and any other `*.model*`. A tokenizer.json that is not byte-level
 *   (Mistral's repositories have one beside the SentencePiece model that it was converted from) gives way to the model.
 * @throws BadInputError if there is none, or it is broken or of another kind
 */
export async function loadTokenizer(source: string): Promise<Tokenizer> {
  const files = await candidates(source);
  let first: unknown;
  for (const file of files) {
    try {
      return await load(file);
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
  const content = await readFile(file);
  if (basename(file).endsWith('.json'))
    return new ByteLevelTokenizer(readTokenizerJson(content.toString('utf8'), file));
  return new SentencePieceTokenizer(readSentencePieceModel(content, file));
}

async function candidates(source: string): Promise<[string, ...string[]]> {
  const missing = (expected: string, found: string, cause?: unknown): never => {
    const action = "Put the model's tokenizer beside its weights.";
    throw new BadInputError({ source, expected, found, action }, { cause });
  };
  let names: string[];
  try {
    if (!(await stat(source)).isDirectory()) return [source];
    names = await readdir(source);
  } catch (cause) {
    return missing(
      "a model's folder or a tokenizer file",
      cause instanceof Error ? cause.message : String(cause),
      cause,
    );
  }
  const known = ['tokenizer.json', 'tokenizer.model', 'tokenizer.model.v3'];
  const others = names.filter((name) => !known.includes(name) && /\.model(\.|$)/u.test(name)).sort();
  const [first, ...rest] = [...known.filter((name) => names.includes(name)), ...others].map((name) =>
    join(source, name),
  );
  if (first === undefined)
    return missing(
      'tokenizer.json, tokenizer.model or another *.model* file',
      `none among ${names.length} files`,
    );
  return [first, ...rest];
}
