import type { LineEncoder } from '../../decoding/cache/line-encoder.ts';
import { ForcedStart, unfinishedWord } from '../../decoding/index.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import type { ProjectFile, Span } from './spans.ts';

/** Tokens that a match may have before the place. */
const ORDER = 7;
const OTHER_FILES = 200;
const MOST_TOKENS = 64;

/**
 * The plainest of local caches, to hold the others against: a nested 8-gram over the file up to the cursor and some 200 other files of
 * the project. What followed the longest match most often is said, token by token, up to the line's end.
 */
export class NgramBaseline {
  private readonly texts = new Map<string, Int32Array>();

  constructor(
    files: readonly ProjectFile[],
    private readonly encoder: LineEncoder,
    private readonly tokenizer: Tokenizer,
  ) {
    const step = Math.max(1, files.length / OTHER_FILES);
    files.forEach(({ path, text }, at) => {
      if (Math.floor(at / step) !== Math.floor((at - 1) / step))
        this.texts.set(path, Int32Array.from(this.encoder.text(text)));
    });
  }

  /** The rest of the line at a span's cursor. */
  complete({ path, prefix }: Pick<Span, 'path' | 'prefix'>): string {
    const word = unfinishedWord(prefix);
    const start = new ForcedStart(this.tokenizer, word);
    const above = this.encoder.text(prefix.slice(0, prefix.length - word.length));
    const others = [...this.texts].filter(([name]) => name !== path).map(([, ids]) => ids);
    const said: number[] = [];
    while (said.length < MOST_TOKENS) {
      const before = [...above, ...said];
      const id = nextOf(before, [Int32Array.from(before), ...others], (one) => start.allows(one));
      if (id === undefined || (start.isDone && id === this.encoder.newline)) break;
      said.push(id);
      start.bytes(id);
    }
    return this.tokenizer.decode(said).slice(word.length);
  }
}

/** What followed the longest run that agrees with the end of `before`, the most frequent of what did; undefined if nothing is allowed. */
function nextOf(
  before: readonly number[],
  texts: readonly Int32Array[],
  isAllowed: (id: number) => boolean,
): number | undefined {
  let longest = 0;
  let counts = new Map<number, number>();
  for (const ids of texts)
    for (let at = 1; at < ids.length; at++) {
      if (ids[at - 1] !== before.at(-1)) continue;
      let length = 1;
      while (length < ORDER && ids[at - 1 - length] === before[before.length - 1 - length]) length++;
      const id = ids[at] ?? 0;
      if (length < longest || !isAllowed(id)) continue;
      if (length > longest) [longest, counts] = [length, new Map<number, number>()];
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  return [...counts].reduce<[number, number] | undefined>(
    (best, one) => (best === undefined || one[1] > best[1] ? one : best),
    undefined,
  )?.[0];
}
