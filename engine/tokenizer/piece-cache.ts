/**
 * Entries before a cache starts anew: an editing session sees some 20,000 different words and gaps; with a few dozen
 * bytes each this stays below 10 MB.
 */
const MAX_ENTRIES = 50_000;
/** Longer pieces (minified lines, embedded data) hardly come again; UTF-16 units. */
const MAX_PIECE_LENGTH = 256;

/**
 * Remembers the ids of pieces that are encoded independently of their neighbours. An 8 KB TypeScript file has 2,400
 * pieces: 0.2 ms with the cache, 2.5 to 3 ms without it.
 */
export class PieceCache {
  readonly #ids = new Map<string, readonly number[]>();

  constructor(private readonly encode: (piece: string) => readonly number[]) {}

  get(piece: string): readonly number[] {
    const known = this.#ids.get(piece);
    if (known !== undefined) return known;
    const ids = this.encode(piece);
    if (piece.length <= MAX_PIECE_LENGTH) {
      if (this.#ids.size >= MAX_ENTRIES) this.#ids.clear();
      this.#ids.set(piece, ids);
    }
    return ids;
  }
}
