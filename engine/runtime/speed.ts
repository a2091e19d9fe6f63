/** Shorter runs say little of a prompt token's cost: the weights are read once for all of them. */
const LEAST_MEASURED_TOKENS = 8;
/** Newest measurements whose median counts: a stall is not heard, another load on the machine is after some chunks. */
const MEASUREMENTS = 9;

/** How fast one model is on this machine, by what its runs took lately. */
export class Speed {
  /** Milliseconds a token, the newest last. */
  private readonly prefills: number[] = [];

  /** Milliseconds of a prompt token; undefined until one was measured. */
  get prefillMs(): number | undefined {
    return this.prefills.toSorted((a, b) => a - b)[this.prefills.length >> 1];
  }

  /** A prefill chunk of so many tokens was run. */
  prefilled(tokens: number, milliseconds: number): void {
    if (tokens < LEAST_MEASURED_TOKENS) return;
    this.prefills.push(milliseconds / tokens);
    if (this.prefills.length > MEASUREMENTS) this.prefills.shift();
  }
}
