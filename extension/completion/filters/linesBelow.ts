import type { Filter } from './filter.ts';
import { isTelling, linePrefix, lineSuffix, linesBelow as below } from './lines.ts';

/** Lines looked at below the cursor: more than a suggestion has. */
const MOST_LINES = 64;

/** Cuts lines off that stand below the cursor already, and drops a suggestion that says nothing else. */
export const linesBelow: Filter = ({ text, replaces }, context) => {
  const lines = text.split('\n');
  const after = lineSuffix(context).trim() === '' ? below(context, MOST_LINES) : [];
  if (after.length === 0) return { text, replaces };
  const written = [linePrefix(context) + (lines[0] ?? ''), ...lines.slice(1)];
  for (let start = 0; start < lines.length; start++) {
    if (!repeats(written.slice(start), after)) continue;
    if (start === 0) return { dropped: 'repeats the lines below' };
    return { text: lines.slice(0, start).join('\n'), replaces };
  }
  return { text, replaces };
};

/** Whether `lines` begin as `after` does: all of them, or so many that it is no accident. */
function repeats(lines: readonly string[], after: readonly string[]): boolean {
  const wanted = lines.filter((line) => line.trim() !== '');
  if (wanted.length === 0 || lines[0]?.trim() === '') return false;
  let same = 0;
  let telling = 0;
  while (same < wanted.length && same < after.length && isSame(wanted[same] ?? '', after[same] ?? '')) {
    if (isTelling(wanted[same] ?? '')) telling++;
    same++;
  }
  if (same === wanted.length) return true;
  // The last line may have been cut short by the token budget.
  const next = wanted[same] ?? '';
  if (same > 0 && same === wanted.length - 1 && (after[same] ?? '').startsWith(next)) return true;
  return same >= 2 && telling >= 1;
}

/** A line of brackets is the same only at the same depth: `}` closes another block elsewhere. */
function isSame(line: string, other: string): boolean {
  return isTelling(line) ? line.trim() === other.trim() : line.trimEnd() === other.trimEnd();
}
