import type { Places } from './places.ts';

/** Agreement over more tokens says nothing more. */
export const MOST_ORDER = 12;
const STRIDE = MOST_ORDER + 1;

/** What one source of text knows about the next token. */
export class Evidence implements Places {
  /** Tokens that followed, in the order in which they were found. */
  readonly ids: number[] = [];
  /** Of each, the most tokens before it that agree. */
  readonly longest: number[] = [];
  /** Of each, its probability by prediction by partial matching; what is left to 1 is for all other tokens. */
  probabilities: number[] = [];
  /** The place with the longest agreement, the first that was found among equals. */
  best = { at: -1, length: 0, id: -1 };
  private readonly indexes = new Map<number, number>();
  /** [candidates, orders] how often it followed exactly so many agreeing tokens; after {@link finish}, as many or more. */
  private counts: number[] = [];

  /** @param idAt what to take a token for */
  constructor(private readonly idAt: (at: number, id: number) => number = (_, id) => id) {}

  add(at: number, length: number, found: number): void {
    const id = this.idAt(at, found);
    let index = this.indexes.get(id);
    if (index === undefined) {
      index = this.ids.length;
      this.indexes.set(id, index);
      this.ids.push(id);
      this.longest.push(0);
      for (let order = 0; order <= MOST_ORDER; order++) this.counts.push(0);
    }
    const order = Math.min(length, MOST_ORDER);
    const slot = index * STRIDE + order;
    this.counts[slot] = (this.counts[slot] ?? 0) + 1;
    if (order > (this.longest[index] ?? 0)) this.longest[index] = order;
    if (length > this.best.length) this.best = { at, length, id };
  }

  /**
   * Blends the orders from the first to the longest: an order that saw n tokens, k different ones, gives k / (n + k) of its say to
   * the order below it (Moffat 1990, method C; "Implementing the PPM data compression scheme").
   */
  finish(): this {
    const size = this.ids.length;
    const { counts } = this;
    this.probabilities = new Array<number>(size).fill(0);
    for (let index = 0; index < size; index++)
      for (let order = MOST_ORDER - 1; order > 0; order--) {
        const slot = index * STRIDE + order;
        counts[slot] = (counts[slot] ?? 0) + (counts[slot + 1] ?? 0);
      }
    for (let order = 1; order <= MOST_ORDER; order++) {
      let seen = 0;
      let kinds = 0;
      for (let index = 0; index < size; index++) {
        const count = counts[index * STRIDE + order] ?? 0;
        seen += count;
        if (count > 0) kinds++;
      }
      if (seen === 0) break;
      const whole = seen + kinds;
      for (let index = 0; index < size; index++)
        this.probabilities[index] =
          ((counts[index * STRIDE + order] ?? 0) + kinds * (this.probabilities[index] ?? 0)) / whole;
    }
    return this;
  }

  indexOf(id: number): number {
    return this.indexes.get(id) ?? -1;
  }

  /** How often a token followed the longest run that it followed at all, and how often any did. */
  support(index: number): { count: number; of: number } {
    const order = this.longest[index] ?? 0;
    let of = 0;
    for (let other = 0; other < this.ids.length; other++) of += this.counts[other * STRIDE + order] ?? 0;
    return { count: this.counts[index * STRIDE + order] ?? 0, of };
  }
}
