import type { ReplayedRequest } from './session.ts';

/** What `replay --json` prints. */
export interface Figures {
  requests: number;
  prompt_tokens: number;
  advanced_tokens: number;
  advanced_waiting_tokens: number;
  share: number;
  share_waiting: number;
  waiting_tokens: { p50: number; p90: number; p95: number; p99: number };
  peak_state_bytes: number;
  ms: { p50: number; p90: number; p99: number };
}

/**
 * @param cold the session with warming switched off
 * @param warmed the same session with it on
 */
export function figuresOf(cold: readonly ReplayedRequest[], warmed: readonly ReplayedRequest[]): Figures {
  const sum = (all: readonly ReplayedRequest[], of: (one: ReplayedRequest) => number): number =>
    all.reduce((total, one) => total + of(one), 0);
  const prompt = sum(cold, (one) => one.promptTokens);
  const advanced = sum(cold, (one) => one.advancedTokens);
  const waiting = sum(warmed, (one) => one.waitingTokens);
  const warmedPrompt = sum(warmed, (one) => one.promptTokens);
  const tokens = warmed.map((one) => one.waitingTokens);
  const ms = warmed.map((one) => one.firstTokenMs);
  return {
    requests: cold.length,
    prompt_tokens: prompt,
    advanced_tokens: advanced,
    advanced_waiting_tokens: waiting,
    share: advanced / Math.max(1, prompt),
    share_waiting: waiting / Math.max(1, warmedPrompt),
    waiting_tokens: {
      p50: percentile(tokens, 50),
      p90: percentile(tokens, 90),
      p95: percentile(tokens, 95),
      p99: percentile(tokens, 99),
    },
    peak_state_bytes: [...cold, ...warmed].reduce((peak, one) => Math.max(peak, one.stateBytes), 0),
    ms: { p50: percentile(ms, 50), p90: percentile(ms, 90), p99: percentile(ms, 99) },
  };
}

/** The smallest value that `percent` of all are at most; 0 of none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
}
