import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { DraftSize } from '../../engine/completion/draft-size.ts';
import type { Speculation } from '../../engine/completion/token-steps.ts';
import { LocalCache, PromptLookup } from '../../engine/decoding/index.ts';
import { loadTokenizer, type Tokenizer } from '../../engine/tokenizer/index.ts';

/** Codestral's own tokenizer, where it is there. */
const CODESTRAL = '../shared/data/tokenizer';
/** Tokens before the first place. */
const LEAD = 1500;
const MOST_BYTES = 200_000;

/**
 * A file that a model with random weights is made to "generate" at some of its places, tokens of it guessed by prompt lookup: in the rest
 * of the file, as it stands around the place, and in the files beside it.
 */
export class RecitedFile {
  private readonly size = new DraftSize();
  private readonly cache: LocalCache;

  private constructor(
    private readonly file: string,
    private readonly tokenizer: Tokenizer,
    readonly ids: readonly number[],
  ) {
    this.cache = new LocalCache(tokenizer);
  }

  static async read(file: string): Promise<RecitedFile> {
    const tokenizer = await loadTokenizer(existsSync(CODESTRAL) ? CODESTRAL : 'engine/bundled');
    const recited = new RecitedFile(file, tokenizer, tokenizer.encode(read(file).slice(0, MOST_BYTES)));
    for (const name of readdirSync(dirname(file))) {
      const other = join(dirname(file), name);
      if (other === file || extname(name) !== extname(file) || statSync(other).size > MOST_BYTES) continue;
      recited.cache.put(other, read(other));
    }
    return recited;
  }

  /** The first place that has some text before it, and the last that so many tokens follow. */
  range(tokens: number): [from: number, to: number] {
    const to = Math.max(0, this.ids.length - tokens);
    return [Math.min(LEAD, to), to];
  }

  /** A place: the next tokens are missing in the file, and what guesses them. */
  begin(at: number, tokens: number): { ids: readonly number[]; speculation: Speculation } {
    const { ids, tokenizer, size } = this;
    const text = (from: number, to: number): string => tokenizer.decode(ids.slice(from, to));
    this.cache.begin(this.file, text(0, at), text(at + tokens, ids.length));
    return { ids: ids.slice(at, at + tokens), speculation: { lookup: new PromptLookup(this.cache), size } };
  }
}

function read(file: string): string {
  return readFileSync(file, 'utf8').replace(/\r\n?/g, '\n');
}
