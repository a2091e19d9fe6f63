import type { Filter } from './filter.ts';
import { firstLine, isTelling, linePrefix } from './lines.ts';

/** Drops what only says the line above once more. */
export const lineAbove: Filter = (suggestion, context) => {
  const { text } = suggestion;
  const startsBelow = text.startsWith('\n');
  const line = startsBelow ? firstLine(text.trimStart()) : linePrefix(context) + firstLine(text);
  const above = startsBelow
    ? linePrefix(context)
    : linePrefix({ prefix: context.prefix.slice(0, context.prefix.lastIndexOf('\n') + 1).trimEnd() });
  if (isTelling(line) && line.trim() === above.trim()) return { dropped: 'repeats the line above' };
  return suggestion;
};
