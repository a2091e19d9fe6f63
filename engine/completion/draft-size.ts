/** Tokens of a draft that may be verified in one run; 0 is plain decoding. */
const SIZES = [0, 1, 2, 3, 5, 7, 11, 15] as const;
/** Weight of the newest measurement. */
const LEARNING_RATE = 0.2;
/** What the newest drafts weigh beside all older ones together: those of about so many tokens count. */
const REMEMBERED_TOKENS = 60;
/** Where drafting does not pay, it is tried again after so many drafts that were there for the taking. */
const TRY_AGAIN = 32;
/** What is not gained by this factor is not worth the noise of its measurement. */
const WORTH = 1.05;
/** A model whose step takes less has little to save by reading its weights less often: looking up costs as much. Milliseconds. */
const WORTH_TRYING_MS = 3;
/** Nothing is more certain. */
const MOST_LIKELY = 0.99;

/** A draft that was verified. */
export interface Verified {
  /** Of each drafted token, how likely it and all before it were thought to be right. */
  probabilities: readonly number[];
  /** Tokens up to the first wrong one. */
  right: number;
  /** Milliseconds that going back to the state before the wrong one took; 0 if all were right. */
  restoreMs: number;
}

/**
 * Chooses how many drafted tokens to verify at once, by what runs take on this machine with this model and by how likely the tokens
 * are right, in the light of how right that turned out to be. Speculation switches itself off where it does not pay.
 */
export class DraftSize {
  /** Milliseconds of a run, by its number of drafted tokens. */
  private readonly runMs = new Map<number, number>();
  private replayMs: number | undefined;
  /** Tokens of late that were right, and how many were expected to be. */
  private right = REMEMBERED_TOKENS / 4;
  private expected = REMEMBERED_TOKENS / 4;
  /** Drafts not taken since the last one that was. */
  private skipped = 0;

  /** Whether drafts can pay at all. */
  get isWorthTrying(): boolean {
    return (this.runMs.get(0) ?? 0) >= WORTH_TRYING_MS;
  }

  /** @param probabilities of a draft, see {@link Verified} */
  choose(probabilities: readonly number[]): number {
    const best = this.fastest(probabilities, this.right / this.expected);
    if (best > 0) return best;
    // Not taken for its own sake, or for what came of others.
    if (this.fastest(probabilities, 1) === 0 || ++this.skipped <= TRY_AGAIN) return 0;
    return SIZES[1];
  }

  /** @param trust tokens that are right, for each that was to be */
  private fastest(probabilities: readonly number[], trust: number): number {
    const plain = this.runMs.get(0);
    if (plain === undefined) return 0;
    let best = 0;
    let rate = WORTH / plain;
    /** Tokens that a run gives: those before the first wrong one, and the one that the model adds itself. */
    let given = 1;
    let ms = plain;
    for (const [index, size] of SIZES.entries()) {
      if (size === 0) continue;
      if (size > probabilities.length) break;
      const likely = (at: number): number => Math.min(MOST_LIKELY, trust * (probabilities[at] ?? 0));
      for (let at = SIZES[index - 1] ?? 0; at < size; at++) given += likely(at);
      const known = this.runMs.get(size);
      // One size after the other is measured: at first a run costs little more than the next smaller one.
      ms = known ?? ms * 1.2;
      const expected = given / (ms + (1 - likely(size - 1)) * (this.replayMs ?? plain / 2));
      if (expected > rate) [best, rate] = [size, expected];
      if (known === undefined) break;
    }
    return best;
  }

  /** A run with so many drafted tokens took so long. */
  ran(drafted: number, milliseconds: number): void {
    this.runMs.set(drafted, blend(this.runMs.get(drafted), milliseconds));
  }

  verified({ probabilities, right, restoreMs }: Verified): void {
    const isAllRight = right === probabilities.length;
    // What stands behind the first wrong token was not put to the test.
    const keep = (1 - 1 / REMEMBERED_TOKENS) ** probabilities.length;
    this.right = keep * this.right + right;
    this.expected = keep * this.expected + probabilities.reduce((sum, likely) => sum + likely, 0);
    // After a draft that was right the next one is tried at once.
    this.skipped = isAllRight ? TRY_AGAIN : 0;
    if (restoreMs > 0) this.replayMs = blend(this.replayMs, restoreMs);
  }
}

function blend(average: number | undefined, newest: number): number {
  return average === undefined ? newest : average + LEARNING_RATE * (newest - average);
}
