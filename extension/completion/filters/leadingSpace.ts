import type { Filter } from './filter.ts';
import { indentation, linePrefix } from './lines.ts';

/** No second space after a space; and on an indented line the indentation is not repeated. */
export const leadingSpace: Filter = ({ text, replaces }, context) => {
  const before = linePrefix(context);
  const own = indentation(text);
  if (own === '' || !/[ \t]$/.test(before)) return { text, replaces };
  if (before.trim() !== '') return { text: text.slice(own.length), replaces };
  // Deeper than the line above by more than one step: the model wrote the whole indentation again.
  const above = indentation(lastWrittenLine(context.prefix));
  const repeated = own.startsWith(before) && before.length >= above.length;
  return { text: repeated ? text.slice(before.length) : text, replaces };
};

/** The last line above the cursor's own that is not blank. */
function lastWrittenLine(prefix: string): string {
  const above = prefix.slice(0, prefix.lastIndexOf('\n') + 1).trimEnd();
  return above.slice(above.lastIndexOf('\n') + 1);
}
