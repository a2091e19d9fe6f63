import { BadInputError } from '../errors.ts';

export interface AddedToken {
  id: number;
  content: string;
  special: boolean;
}

/** A tokenizer.json whose parts that matter here have been checked; the rest is handed to the library as it is. */
export interface TokenizerJson {
  raw: Readonly<Record<string, unknown>>;
  vocabulary: ReadonlyMap<string, number>;
  addedTokens: readonly AddedToken[];
}

/** Ids are array indices here. The largest vocabularies in use have about 260,000 entries. */
const MAX_VOCABULARY = 2_000_000;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isId = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < MAX_VOCABULARY;

/** A value in a message: short, whatever it is. */
const show = (value: unknown): string =>
  value === undefined
    ? 'nothing'
    : ((JSON.stringify(value) as string | undefined) ?? typeof value).slice(0, 60);

/**
 * Reads a tokenizer.json with a byte-level BPE model.
 * @throws BadInputError where it is not JSON, or not such a tokenizer.
 */
export function readTokenizerJson(text: string, source: string): TokenizerJson {
  const fail = (field: string, expected: string, found: unknown): never => {
    throw new BadInputError({
      source,
      field,
      expected,
      found: show(found),
      action: 'Download the model again, or use one with a byte-level BPE or SentencePiece tokenizer.',
    });
  };
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new BadInputError(
      {
        source,
        expected: 'JSON',
        found: `${text.length} characters that are not (${cause instanceof Error ? cause.message : String(cause)})`,
        action: 'Download the model again: the file is broken or was cut off.',
      },
      { cause },
    );
  }
  if (!isRecord(raw)) return fail('(root)', 'an object', raw);
  const model = raw['model'];
  if (!isRecord(model)) return fail('model', 'an object', model);
  // Files from before 2021 leave the type out.
  if ((model['type'] ?? 'BPE') !== 'BPE') return fail('model.type', '"BPE"', model['type']);
  if (!Array.isArray(model['merges'])) return fail('model.merges', 'an array', model['merges']);
  if (!JSON.stringify(raw['pre_tokenizer'] ?? null).includes('"ByteLevel"'))
    return fail('pre_tokenizer', 'a ByteLevel pre-tokenizer', raw['pre_tokenizer']);

  if (!isRecord(model['vocab'])) return fail('model.vocab', 'an object', model['vocab']);
  const vocabulary = new Map<string, number>();
  for (const [piece, id] of Object.entries(model['vocab'])) {
    if (!isId(id)) return fail(`model.vocab[${JSON.stringify(piece)}]`, `an id below ${MAX_VOCABULARY}`, id);
    vocabulary.set(piece, id);
  }

  const list = raw['added_tokens'] ?? [];
  if (!Array.isArray(list)) return fail('added_tokens', 'an array', list);
  const addedTokens = list.map((token: unknown, index): AddedToken => {
    if (!isRecord(token)) return fail(`added_tokens[${index}]`, 'an object', token);
    const { id, content } = token;
    if (!isId(id)) return fail(`added_tokens[${index}].id`, `an id below ${MAX_VOCABULARY}`, id);
    if (typeof content !== 'string' || content === '')
      return fail(`added_tokens[${index}].content`, 'a text', content);
    // Some vocabularies forget to mark their FIM markers as special; nobody means code by `<|fim_prefix|>`.
    return { id, content, special: token['special'] === true || /^<\|.*\|>$/u.test(content) };
  });
  return { raw, vocabulary, addedTokens };
}
