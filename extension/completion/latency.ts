/**
 * Least wait before a run, in ms. Two keys of one chord or a fast roll arrive within a few ms; anything longer is felt.
 */
const LEAST_MS = 5;

/**
 * Longest adaptive wait, in ms: the shortest tenth of the gaps between requests of a real session is below 86 ms, so a
 * longer wait would mostly delay people who have already paused.
 */
const MOST_MS = 80;

/** Share of a run's time that is worth waiting for a key that would make the run useless. */
const SHARE = 0.3;

/** Weight of the newest measurement. */
const WEIGHT = 0.25;

/** Learns from finished runs how long to wait before starting one. */
export class Latency {
  private average: number | undefined;

  measured(ms: number): void {
    this.average = this.average === undefined ? ms : this.average + WEIGHT * (ms - this.average);
  }

  /** Wait in ms; `configured` below zero adapts. */
  debounce(configured: number): number {
    if (configured >= 0) return configured;
    return Math.round(Math.min(MOST_MS, Math.max(LEAST_MS, (this.average ?? 0) * SHARE)));
  }
}
