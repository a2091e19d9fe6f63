import { figuresOf, percentile } from '../../engine/cli/replay/figures.ts';
import { replaySession } from '../../engine/cli/replay/session.ts';
import { openCompleter } from '../../engine/completion/open-completer.ts';
import { SESSIONS } from '../fixtures/sessions.ts';
import { printTable } from './table.ts';

const WINDOW = { prefixTokens: 1500, suffixTokens: 500 };

/** Editing sessions of kinds that are hard on a state cache, with the bundled model. */
export async function benchSessions(threads: number): Promise<void> {
  const opened = await openCompleter('engine/bundled', threads);
  const { completer } = opened;
  const rows: string[][] = [];
  for (const [name, events] of Object.entries(SESSIONS)) {
    const replay = (warming: boolean) => {
      completer.forget();
      return replaySession(name, events(), completer, { ...WINDOW, warming, realtime: true });
    };
    const [cold, warmed] = [await replay(false), await replay(true)];
    const figures = figuresOf(cold, warmed);
    const { waiting_tokens: waiting } = figures;
    const ms = (percent: number): string =>
      percentile(
        warmed.map(({ firstTokenMs }) => firstTokenMs),
        percent,
      ).toFixed(1);
    rows.push([
      name,
      String(figures.requests),
      `${(figures.share * 100).toFixed(1)} %`,
      `${(figures.share_waiting * 100).toFixed(1)} %`,
      `${waiting.p50} / ${waiting.p95}`,
      `${ms(50)} / ${ms(95)}`,
      (figures.peak_state_bytes / 2 ** 20).toFixed(0),
    ]);
  }
  await opened.close();
  printTable(
    `Sessions of our own making at their own pace, ${WINDOW.prefixTokens} + ${WINDOW.suffixTokens} tokens of context, ${threads} threads`,
    ['', 'requests', 'advanced', 'waited for', 'tokens p50 / p95', 'ms p50 / p95', 'MiB at most'],
    rows,
  );
}
