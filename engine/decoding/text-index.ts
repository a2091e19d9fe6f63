/** Tokens that have to agree before a place counts as a match: after two, what follows is seldom the same. */
const ORDER = 3;
/** Larger than any vocabulary, and its cube is still an exact integer. */
const RADIX = 2 ** 17;
/** Places that are compared, the newest first: in repetitive text there are hundreds, which differ little. */
const MOST_PLACES = 16;

export interface Match {
  /** Tokens before the place that agree. */
  length: number;
  /** Index of the token that followed. */
  at: number;
}

/** A text's tokens, to be searched for the places that some tokens stood at before. */
export class TextIndex {
  private readonly ids: number[] = [];
  /** The newest place after each run of {@link ORDER} tokens, and for each place the one before it. */
  private readonly newest = new Map<number, number>();
  private readonly before: number[] = [];

  constructor(ids: readonly number[] = []) {
    for (const id of ids) this.push(id);
  }

  push(id: number): void {
    // The place before this token is known only now that something follows it.
    const at = this.ids.length;
    if (at >= ORDER) {
      const key = keyOf(this.ids, at);
      this.before[at] = this.newest.get(key) ?? -1;
      this.newest.set(key, at);
    }
    this.ids.push(id);
  }

  /** The tokens from a place on. */
  from(at: number, count: number): number[] {
    return this.ids.slice(at, at + count);
  }

  /** The place after the longest run that agrees with the end of `tail`, the newest of equals; undefined if none does. */
  match(tail: readonly number[]): Match | undefined {
    if (tail.length < ORDER) return undefined;
    let best: Match | undefined;
    let at = this.newest.get(keyOf(tail, tail.length)) ?? -1;
    for (let places = 0; at >= 0 && places < MOST_PLACES; places++, at = this.before[at] ?? -1) {
      let length = ORDER;
      while (length < tail.length && this.ids[at - 1 - length] === tail.at(-1 - length)) length++;
      if (best === undefined || length > best.length) best = { length, at };
    }
    return best;
  }
}

function keyOf(ids: readonly number[], end: number): number {
  let key = 0;
  for (let at = end - ORDER; at < end; at++) key = key * RADIX + (ids[at] ?? 0);
  return key;
}
