import type { Tokenizer } from '../tokenizer/index.ts';

/** Lines above the cursor's that are recent in any case. With none, a tenth fewer lines were completed right. */
const MIN_LINES = 2;
/** The recent text begins at a multiple of so many lines of the window, so that it stays where it is while some lines are typed. */
const STEP_LINES = 4;
const NEWLINE = 10;

/**
 * Where the recent text begins in a window's tokens: at the start of a line, which is a token's start too.
 * @param ids of the text before the cursor
 * @param steps how many steps further up than it has to be
 */
export function recentText(
  ids: readonly number[],
  steps: number,
  tokenizer: Pick<Tokenizer, 'bytes'>,
): { start: number; steps: number } {
  const starts = [0];
  for (const [at, id] of ids.entries()) if (tokenizer.bytes(id).at(-1) === NEWLINE) starts.push(at + 1);
  const last = Math.floor((starts.length - 1 - MIN_LINES) / STEP_LINES);
  const step = Math.max(0, last - steps);
  return { start: starts[step * STEP_LINES] ?? 0, steps: Math.max(0, last) - step };
}
