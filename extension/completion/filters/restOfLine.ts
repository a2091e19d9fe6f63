import { closers, quoteAtCursor } from './closers.ts';
import type { Filter } from './filter.ts';
import { lineSuffix } from './lines.ts';

/**
 * Takes the rest of the line into the suggestion where the suggestion says it again: in `foo(█)` the text `a, b)` closes
 * the bracket that the editor has closed already, so it replaces it. `bar(x)` in the same place closes only its own.
 */
export const restOfLine: Filter = ({ text, replaces }, context) => {
  const rest = lineSuffix(context).trimEnd();
  if (rest.trim() === '') return { text, replaces };
  let covered = 0;
  let said = 0;
  for (const closer of closers(text, context.languageId, quoteAtCursor(context))) {
    const next = skipSpaces(rest, covered);
    if (rest.charAt(next) !== closer.character) break;
    covered = next + 1;
    said = closer.index + 1;
  }
  const unsaid = rest.slice(covered).trimStart();
  const more = text.slice(said);
  if (unsaid === '') covered = rest.length;
  // Brackets are never taken for a repetition by their looks; but what ends the line ends it once.
  else if (/^[)\]]+;$/.test(unsaid) && more.endsWith(';'))
    return { text: text.slice(0, -1), replaces: Math.max(replaces, covered) };
  // `;` after the brackets on both sides, or a tail such as `, b)` word for word.
  else if (!/^[)\]}]/.test(unsaid) && more.trimEnd().endsWith(unsaid)) covered = rest.length;
  else if (covered > 0 && more !== '' && rest.slice(covered).startsWith(more)) covered += more.length;
  return { text, replaces: Math.max(replaces, covered) };
};

function skipSpaces(text: string, start: number): number {
  let index = start;
  while (text.charAt(index) === ' ') index++;
  return index;
}
