import type { Filter } from './filter.ts';
import { lineSuffix } from './lines.ts';

/** No white space at a line's end, no blank lines at the suggestion's end. */
export const trailingSpace: Filter = ({ text, replaces }, context) => {
  const lines = text.replace(/[ \t]+\n/g, '\n');
  // Before the rest of a line a space at the end can be meant: `return █;` is asked for `x `, `a█ = 1` for ` `.
  const rest = lineSuffix(context).slice(replaces);
  const ended = rest.trim() === '' ? lines.trimEnd() : lines.replace(/\s*\n\s*$/, '');
  return { text: /^\s/.test(rest) ? ended.trimEnd() : ended, replaces };
};
