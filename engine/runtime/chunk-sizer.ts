import { Speed } from './speed.ts';

/**
 * Sizes that a chunk may have: matrix products gain little beyond 256 rows. With 8 tokens a model that is larger than the processor's
 * caches, whose weights are read again for each chunk, takes a third longer than with 16, and hardly ends any sooner.
 */
const SIZES = [16, 32, 64, 128, 256] as const;

/**
 * Sizes prefill chunks by measured speed. A run cannot be cancelled, so a request that is no longer wanted goes on until
 * the end of its chunk: small chunks end soon, large ones cost less a token.
 */
export class ChunkSizer {
  /** @param targetMs how long a chunk may take */
  constructor(
    private readonly targetMs: number,
    private readonly speed = new Speed(),
  ) {}

  /** Tokens of the next chunk, of `remaining` ones. */
  next(remaining: number): number {
    const { prefillMs } = this.speed;
    // The first chunk of a model measures it.
    const limit = prefillMs === undefined ? SIZES[0] : this.targetMs / prefillMs;
    const size = SIZES.findLast((candidate) => candidate <= limit) ?? SIZES[0];
    return Math.min(remaining, size);
  }

  /** Learns from a chunk that was run. */
  record(tokens: number, milliseconds: number): void {
    this.speed.prefilled(tokens, milliseconds);
  }
}
