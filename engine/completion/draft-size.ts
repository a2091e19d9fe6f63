/** Tokens of a draft that may be verified in one run; 0 is plain decoding. */
const SIZES = [0, 1, 3, 7, 15] as const;
/** Weight of the newest measurement. */
const LEARNING_RATE = 0.2;
/** Weight of the newest drafted token. */
const RIGHTNESS_RATE = 0.06;
/** How often a drafted token is right before anything is known. */
const FIRST_GUESS = 0.7;
/** Where drafting does not pay, it is tried again after so many drafts that were there for the taking. */
const TRY_AGAIN = 32;
/** What is not gained by this factor is not worth the noise of its measurement. */
const WORTH = 1.05;

/**
 * Chooses how many drafted tokens to verify at once, by what runs take on this machine with this model and by how many of the
 * drafted tokens turned out right. Speculation switches itself off where it does not pay.
 */
export class DraftSize {
  /** Milliseconds of a run, by its number of drafted tokens. */
  private readonly runMs = new Map<number, number>();
  private replayMs = 0;
  /** How often a drafted token is right where all before it are. */
  private rightness = FIRST_GUESS;
  private skipped = 0;

  /** @param available tokens of the longest draft there is */
  choose(available: number): number {
    const sizes = SIZES.filter((size) => size <= available);
    const plain = this.runMs.get(0);
    if (available === 0 || plain === undefined) return 0;
    let best = 0;
    let rate = WORTH / plain;
    for (const size of sizes.slice(1)) {
      const ms = this.runMs.get(size);
      // One size after the other is measured: at first a run costs little more than one of half the tokens.
      if (ms === undefined) {
        if (this.isPromising(size, plain)) return size;
        break;
      }
      if (this.rateOf(size, ms) > rate) [best, rate] = [size, this.rateOf(size, ms)];
    }
    return best === 0 && ++this.skipped > TRY_AGAIN ? (sizes[1] ?? 0) : best;
  }

  /** A run with so many drafted tokens took so long. */
  ran(drafted: number, milliseconds: number): void {
    this.runMs.set(drafted, blend(this.runMs.get(drafted), milliseconds));
  }

  /** Of a draft so many tokens were right; restoring took so long, 0 if all were. */
  verified(drafted: number, right: number, restoreMs: number): void {
    for (let at = 0; at < right; at++) this.rightness += RIGHTNESS_RATE * (1 - this.rightness);
    // After a draft that was right the next one is tried at once.
    this.skipped = right === drafted ? TRY_AGAIN : 0;
    if (right < drafted) this.rightness -= RIGHTNESS_RATE * this.rightness;
    if (restoreMs > 0) this.replayMs = blend(this.replayMs || undefined, restoreMs);
  }

  /** Tokens a millisecond: those before the first wrong one and the one that the model adds itself. */
  private rateOf(size: number, ms: number): number {
    const p = Math.min(0.99, this.rightness);
    const allRight = p ** size;
    return (1 - p * allRight) / (1 - p) / (ms + (1 - allRight) * this.replayMs);
  }

  private isPromising(size: number, plain: number): boolean {
    const smaller = SIZES[SIZES.findIndex((other) => other === size) - 1] ?? 0;
    const ms = (this.runMs.get(smaller) ?? plain) * 1.2;
    return this.rateOf(size, ms) > WORTH / plain;
  }
}

function blend(average: number | undefined, newest: number): number {
  return average === undefined ? newest : average + LEARNING_RATE * (newest - average);
}
