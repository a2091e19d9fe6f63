import { closers, quoteAtCursor } from './closers.ts';
import type { Filter } from './filter.ts';
import { firstLine, lineSuffix } from './lines.ts';

/**
 * Before the rest of a line only one line is inserted, unless the suggestion itself closes every bracket of that rest:
 * `{█}` may become a block of several lines.
 */
export const middleOfLine: Filter = ({ text, replaces }, context) => {
  const rest = lineSuffix(context).trim();
  if (rest === '' || !text.includes('\n')) return { text, replaces };
  const closed = closers(text, context.languageId, quoteAtCursor(context))
    .map(({ character }) => character)
    .join('');
  const closesRest = /^[)\]}]+$/.test(rest) && closed.startsWith(rest);
  return { text: closesRest ? text : firstLine(text), replaces };
};
