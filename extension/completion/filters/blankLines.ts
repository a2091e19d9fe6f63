import type { Filter } from './filter.ts';
import { indentation, linePrefix } from './lines.ts';

/**
 * On a blank line the suggestion starts right there, not below; and nowhere do several blank lines follow each other.
 */
export const blankLines: Filter = ({ text, replaces }, context) => {
  const shortened = text.replace(/\n(?:[ \t]*\n){2,}/g, '\n\n');
  const before = linePrefix(context);
  const leading = /^(?:[ \t]*\n)+/.exec(shortened)?.[0];
  if (before.trim() !== '' || leading === undefined) return { text: shortened, replaces };
  const rest = shortened.slice(leading.length);
  // The line's own indentation stands already.
  const own = indentation(rest);
  return { text: own.startsWith(before) ? rest.slice(before.length) : rest.slice(own.length), replaces };
};
