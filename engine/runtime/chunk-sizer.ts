import { LEAST_MEASURED_TOKENS, Speed } from './speed.ts';

/** Sizes that a chunk may have: matrix products gain little beyond 256 rows. The smallest is measured, or a slow machine would stay unknown. */
const SIZES = [LEAST_MEASURED_TOKENS, 16, 32, 64, 128, 256] as const;

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
    const limit = prefillMs === undefined ? SIZES[1] : this.targetMs / prefillMs;
    const size = SIZES.findLast((candidate) => candidate <= limit) ?? SIZES[0];
    return Math.min(remaining, size);
  }

  /** Learns from a chunk that was run. */
  record(tokens: number, milliseconds: number): void {
    this.speed.prefilled(tokens, milliseconds);
  }
}
