/** Tokens of a draft that may be verified in one run; 0 is plain decoding. */
const SIZES = [0, 1, 3, 7, 15] as const;
/** Weight of the newest measurement. */
const LEARNING_RATE = 0.2;
/** Weight of the newest drafted token. */
const RIGHTNESS_RATE = 0.06;
/** Where drafting does not pay, it is tried again after so many drafts that were there for the taking. */
const TRY_AGAIN = 32;
/** What is not gained by this factor is not worth the noise of its measurement. */
const WORTH = 1.05;
/** A model whose step takes less has nothing to save by reading its weights less often: looking up costs as much. Milliseconds. */
const WORTH_TRYING_MS = 1;

/** A draft that was verified. */
export interface Verified {
  /** Tokens before it that agreed with those before the guessed ones. */
  agreed: number;
  drafted: number;
  /** Tokens up to the first wrong one. */
  right: number;
  /** Milliseconds that going back to the state before the wrong one took; 0 if all were right. */
  restoreMs: number;
}

/** Drafts after this many agreeing tokens or more: how often a drafted token is right where all before it are. */
interface Class {
  agreed: number;
  rightness: number;
  /** Drafts not taken since the last one that was. */
  skipped: number;
}

/**
 * Chooses how many drafted tokens to verify at once, by what runs take on this machine with this model and by how many of the
 * drafted tokens turned out right. Speculation switches itself off where it does not pay.
 */
export class DraftSize {
  /** Milliseconds of a run, by its number of drafted tokens. */
  private readonly runMs = new Map<number, number>();
  private replayMs: number | undefined;
  // As seen in TypeScript and JavaScript.
  private readonly classes: readonly Class[] = [
    { agreed: 16, rightness: 0.9, skipped: 0 },
    { agreed: 8, rightness: 0.8, skipped: 0 },
    { agreed: 5, rightness: 0.7, skipped: 0 },
    { agreed: 0, rightness: 0.5, skipped: 0 },
  ];

  /** Whether drafts can pay at all. */
  get isWorthTrying(): boolean {
    return (this.runMs.get(0) ?? 0) >= WORTH_TRYING_MS;
  }

  /**
   * @param available tokens of the longest draft there is
   * @param agreed see {@link Verified}
   */
  choose(available: number, agreed: number): number {
    const sizes = SIZES.filter((size) => size <= available);
    const plain = this.runMs.get(0);
    if (sizes.length === 1 || plain === undefined) return 0;
    const drafts = this.classOf(agreed);
    let best = 0;
    let rate = WORTH / plain;
    for (const [index, size] of sizes.entries()) {
      if (size === 0) continue;
      const known = this.runMs.get(size);
      // One size after the other is measured: at first a run costs little more than one of half the tokens.
      const ms = known ?? (this.runMs.get(sizes[index - 1] ?? 0) ?? plain) * 1.2;
      const expected = rateOf(drafts.rightness, size, ms, this.replayMs ?? plain / 2);
      if (expected > rate) [best, rate] = [size, expected];
      if (known === undefined) break;
    }
    if (best > 0 || ++drafts.skipped <= TRY_AGAIN) return best;
    return sizes[1] ?? 0;
  }

  /** A run with so many drafted tokens took so long. */
  ran(drafted: number, milliseconds: number): void {
    this.runMs.set(drafted, blend(this.runMs.get(drafted), milliseconds));
  }

  verified({ agreed, drafted, right, restoreMs }: Verified): void {
    const drafts = this.classOf(agreed);
    for (let at = 0; at < right; at++) drafts.rightness += RIGHTNESS_RATE * (1 - drafts.rightness);
    if (right < drafted) drafts.rightness -= RIGHTNESS_RATE * drafts.rightness;
    // After a draft that was right the next one is tried at once.
    drafts.skipped = right === drafted ? TRY_AGAIN : 0;
    if (restoreMs > 0) this.replayMs = blend(this.replayMs, restoreMs);
  }

  private classOf(agreed: number): Class {
    const found = this.classes.find((one) => agreed >= one.agreed);
    if (found === undefined) throw new Error('fewer than no tokens agreed');
    return found;
  }
}

/** Tokens a millisecond: those before the first wrong one, and the one that the model adds itself. */
function rateOf(rightness: number, size: number, runMs: number, replayMs: number): number {
  const p = Math.min(0.99, rightness);
  const allRight = p ** size;
  return (1 - p * allRight) / (1 - p) / (runMs + (1 - allRight) * replayMs);
}

function blend(average: number | undefined, newest: number): number {
  return average === undefined ? newest : average + LEARNING_RATE * (newest - average);
}
