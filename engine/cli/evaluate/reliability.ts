/** A suggestion's confidence, and whether it was right. */
export interface Judged {
  confidence: number;
  right: boolean;
}

/** Suggestions of about the same confidence: where it is calibrated, it is the share of those that are right. */
export interface Reliability {
  /** The least and the most confidence. */
  from: number;
  to: number;
  suggestions: number;
  mean_confidence: number;
  right_share: number;
}

const BINS = 5;

/** In bins of equal width; those without any suggestion are left out. */
export function reliabilityOf(judged: readonly Judged[]): Reliability[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const isIn = ({ confidence }: Judged): boolean =>
      Math.min(BINS - 1, Math.floor(confidence * BINS)) === bin;
    const all = judged.filter(isIn);
    const mean = (of: (one: Judged) => number): number =>
      all.reduce((sum, one) => sum + of(one), 0) / Math.max(1, all.length);
    return {
      from: bin / BINS,
      to: (bin + 1) / BINS,
      suggestions: all.length,
      mean_confidence: mean(({ confidence }) => confidence),
      right_share: mean(({ right }) => Number(right)),
    };
  }).filter(({ suggestions }) => suggestions > 0);
}
