import type { CompletionContext } from '../../../engine/index.ts';
import type { Filter } from './filter.ts';
import { indentation } from './lines.ts';

/** Lines around the cursor that tell the document's style. */
const LOOK_AT_LINES = 200;

/** Columns of one step where nothing tells. */
const USUAL_STEP = 4;

/** New lines are indented as the document is: with tabs, or with spaces. */
export const indentStyle: Filter = ({ text, replaces }, context) => {
  if (!text.includes('\n')) return { text, replaces };
  const around = nearbyLines(context);
  const tabbed = around.filter((line) => line.startsWith('\t')).length;
  const spaced = around.filter((line) => /^ {2}/.test(line)).length;
  if (tabbed === spaced) return { text, replaces };
  const [head = '', ...rest] = text.split('\n');
  const convert = tabbed > spaced ? toTabs(stepOf(rest)) : toSpaces(stepOf(around));
  return { text: [head, ...rest.map(convert)].join('\n'), replaces };
};

const toTabs =
  (step: number) =>
  (line: string): string => {
    const own = indentation(line);
    const columns = own.replaceAll('\t', ' '.repeat(step)).length;
    return '\t'.repeat(Math.floor(columns / step)) + ' '.repeat(columns % step) + line.slice(own.length);
  };

const toSpaces =
  (step: number) =>
  (line: string): string => {
    const own = indentation(line);
    return own.replaceAll('\t', ' '.repeat(step)) + line.slice(own.length);
  };

/** Columns of one step: the shallowest indentation with spaces. A single space is a comment's star. */
function stepOf(lines: readonly string[]): number {
  const widths = lines.map((line) => /^ */.exec(line)?.[0].length ?? 0).filter((width) => width > 1);
  return widths.length === 0 ? USUAL_STEP : Math.min(8, ...widths);
}

function nearbyLines({ prefix, suffix }: CompletionContext): string[] {
  // Characters are cut first: splitting a whole long document at each keystroke would cost more than all filters.
  const above = prefix.slice(-LOOK_AT_LINES * 40).split('\n');
  const below = suffix.slice(0, LOOK_AT_LINES * 40).split('\n');
  return [...above.slice(1).slice(-LOOK_AT_LINES), ...below.slice(1, LOOK_AT_LINES)].filter(
    (line) => line.trim() !== '',
  );
}
