import { quantile } from '../statistics.ts';
import { printTable } from '../table.ts';

/** What the same requests cost on one way. */
export interface Series {
  name: string;
  promptTokens: readonly number[];
  /** Those that the model was run over while the request waited. */
  evaluatedTokens: readonly number[];
  /** To the first token, in milliseconds, as the caller sees it. */
  ms: readonly number[];
  /** The same by the server's own clock, without HTTP; the caller's where there is no server. */
  serverMs: readonly number[];
}

const QUANTILES = [0.5, 0.9, 0.95];

/** Prints what each way costs, and how many times faster ours are than theirs, HTTP left out of theirs. */
export function printReport(title: string, ours: readonly Series[], theirs: readonly Series[]): void {
  printTable(
    title,
    ['', 'evaluated', 'tokens p50', 'p90', 'p95', 'ms p50', 'p90', 'p95', 'mean', 'no HTTP p50', 'mean'],
    [...ours, ...theirs].map((series) => [
      series.name,
      `${((100 * total(series.evaluatedTokens)) / total(series.promptTokens)).toFixed(1)} %`,
      ...QUANTILES.map((q) => quantile(series.evaluatedTokens, q).toFixed(0)),
      ...figures(series.ms).map((value) => value.toFixed(1)),
      quantile(series.serverMs, 0.5).toFixed(1),
      mean(series.serverMs).toFixed(1),
    ]),
  );
  for (const our of ours) {
    const own = figures(our.ms);
    printTable(
      `${our.name}: how many times faster to the first token, HTTP left out`,
      ['than', 'p50', 'p90', 'p95', 'mean'],
      theirs.map((their) => [
        their.name,
        ...figures(their.serverMs).map((value, column) => (value / (own[column] ?? NaN)).toFixed(1)),
      ]),
    );
  }
}

/** Quantiles and mean. */
function figures(values: readonly number[]): number[] {
  return [...QUANTILES.map((q) => quantile(values, q)), mean(values)];
}

function mean(values: readonly number[]): number {
  return total(values) / values.length;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0);
}
