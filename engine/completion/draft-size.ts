/** Tokens of a draft that may be verified in one run; 0 is plain decoding. */
const SIZES = [0, 1, 2, 3, 5, 7, 11, 15] as const;
const MOST_DRAFTED = 15;
/** Weight of the newest measurement. */
const LEARNING_RATE = 0.2;
/** What the newest drafts weigh beside all older ones together: those of about so many tokens count. */
const REMEMBERED_TOKENS = 60;
/** Where drafting does not pay, it is tried again after so many drafts that were worth a try. */
const TRY_AGAIN = 32;
/** Where drafting does not pay, what is less likely right is not tried. */
const WORTH_A_TRY = 0.5;
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
  /** Milliseconds of a plain step. */
  private plainMs: number | undefined;
  /** What a run takes in plain steps, by its number of drafted tokens. */
  private readonly costs = new Map<number, { cost: number; runs: number }>();
  /** What restoring a state takes, in plain steps. */
  private replayCost = 0.5;
  /** Tokens of late that were right, and how many were expected to be. */
  private right = REMEMBERED_TOKENS / 4;
  private expected = REMEMBERED_TOKENS / 4;
  /** Drafts not taken since the last one that was. */
  private skipped = 0;
  /** Whether the last draft that was worth a try did not pay. */
  private isOff = false;

  /** Whether drafts can pay at all. */
  get isWorthTrying(): boolean {
    return (this.plainMs ?? 0) >= WORTH_TRYING_MS;
  }

  /** Tokens that are worth looking up: where drafts do not pay, one tells whether they do again. */
  get wanted(): number {
    return this.isOff ? 1 : MOST_DRAFTED;
  }

  /** @param probabilities of a draft, see {@link Verified} */
  choose(probabilities: readonly number[]): number {
    const best = this.fastest(probabilities, this.right / this.expected);
    const isWorthATry = this.plainMs !== undefined && (probabilities[0] ?? 0) >= WORTH_A_TRY;
    if (isWorthATry) this.isOff = best === 0;
    if (best > 0) return best;
    // Costs and rightness may have changed, which only a try can tell.
    if (!isWorthATry || ++this.skipped <= TRY_AGAIN) return 0;
    // Where costs alone are in the way, all sizes are measured anew, one after the other.
    if (this.fastest(probabilities, 1) === 0) this.costs.clear();
    this.skipped = 0;
    return SIZES[1];
  }

  /** @param trust tokens that are right, for each that was to be */
  private fastest(probabilities: readonly number[], trust: number): number {
    if (this.plainMs === undefined) return 0;
    let best = 0;
    let rate = WORTH;
    /** Tokens that a run gives: those before the first wrong one, and the one that the model adds itself. */
    let given = 1;
    let cost = 1;
    for (const [index, size] of SIZES.entries()) {
      if (size === 0) continue;
      if (size > probabilities.length) break;
      const likely = (at: number): number => Math.min(MOST_LIKELY, trust * (probabilities[at] ?? 0));
      for (let at = SIZES[index - 1] ?? 0; at < size; at++) given += likely(at);
      const known = this.costs.get(size);
      const isKnown = known !== undefined && known.runs > 1;
      // One size after the other is measured: at first a run costs little more than the next smaller one.
      cost = isKnown ? known.cost : cost * 1.2;
      const expected = given / (cost + (1 - likely(size - 1)) * this.replayCost);
      if (expected > rate) [best, rate] = [size, expected];
      if (!isKnown) break;
    }
    return best;
  }

  /** A run with so many drafted tokens took so long. */
  ran(drafted: number, milliseconds: number): void {
    if (drafted === 0) {
      this.plainMs = this.plainMs === undefined ? milliseconds : blend(this.plainMs, milliseconds);
      return;
    }
    const newest = milliseconds / (this.plainMs ?? milliseconds);
    const { cost, runs } = this.costs.get(drafted) ?? { cost: Infinity, runs: 0 };
    // The first run of its size pays for memory that the later ones find: a second or more with a large model.
    this.costs.set(drafted, {
      cost: runs < 2 ? Math.min(cost, newest) : blend(cost, newest),
      runs: runs + 1,
    });
  }

  verified({ probabilities, right, restoreMs }: Verified): void {
    const isAllRight = right === probabilities.length;
    // The probabilities are of all tokens up to each, so their sum is the number expected to be right.
    const keep = (1 - 1 / REMEMBERED_TOKENS) ** probabilities.length;
    this.right = keep * this.right + right;
    this.expected = keep * this.expected + probabilities.reduce((sum, likely) => sum + likely, 0);
    // Where drafts are right again that were not, the next one is tried at once.
    this.skipped = isAllRight && this.right < this.expected ? TRY_AGAIN : 0;
    if (restoreMs > 0) this.replayCost = blend(this.replayCost, restoreMs / (this.plainMs ?? restoreMs));
  }
}

const blend = (average: number, newest: number): number => average + LEARNING_RATE * (newest - average);
