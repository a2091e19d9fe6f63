/** Sizes that a chunk may have: few, so that speeds are learnt soon; matrix products gain little beyond 256 rows. */
const SIZES = [8, 16, 32, 64, 128, 256] as const;
/** Weight of the newest measurement. */
const LEARNING_RATE = 0.3;

/**
 * Sizes prefill chunks by measured speed. A run cannot be cancelled, so a request that is no longer wanted goes on until
 * the end of its chunk: small chunks end soon, large ones cost less a token.
 */
export class ChunkSizer {
  private millisecondsPerToken: number | undefined;

  /** @param targetMs how long a chunk may take */
  constructor(private readonly targetMs: number) {}

  /** What a token costs, measured; undefined before the first chunk. */
  get msPerToken(): number | undefined {
    return this.millisecondsPerToken;
  }

  /** Tokens of the next chunk, of `remaining` ones. */
  next(remaining: number): number {
    // The first chunk of a model measures it.
    const limit =
      this.millisecondsPerToken === undefined ? SIZES[1] : this.targetMs / this.millisecondsPerToken;
    const size = SIZES.findLast((candidate) => candidate <= limit) ?? SIZES[0];
    return Math.min(remaining, size);
  }

  /** Learns from a chunk that was run; short ones say little of a token's cost. */
  record(tokens: number, milliseconds: number): void {
    // The smallest chunk counts: after one stall a fast machine would be given nothing else, and stay unmeasured.
    if (tokens < SIZES[0]) return;
    const measured = milliseconds / tokens;
    this.millisecondsPerToken =
      this.millisecondsPerToken === undefined
        ? measured
        : this.millisecondsPerToken + LEARNING_RATE * (measured - this.millisecondsPerToken);
  }
}
