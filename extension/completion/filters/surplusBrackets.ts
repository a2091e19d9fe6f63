import { brackets } from './brackets.ts';
import type { Filter } from './filter.ts';

/** Beyond this many characters on either side the document is not looked through. */
const MOST_CHARACTERS = 64 * 1024;

/**
 * A document whose brackets are balanced stays so: a closing bracket that closes nothing, and all after it, is cut off.
 * Where the document is not balanced, or only a part of it is known, nobody can tell, and nothing is cut.
 */
export const surplusBrackets: Filter = ({ text, replaces }, { prefix, suffix, prefixOffset }) => {
  const kept = { text, replaces };
  if (!/[)\]}]/.test(text)) return kept;
  if (prefixOffset > 0 || prefix.length > MOST_CHARACTERS || suffix.length > MOST_CHARACTERS) return kept;
  const around = brackets(prefix + suffix);
  if (around.open.length > 0 || around.closers.length > 0 || around.quote !== undefined) return kept;
  // What the replaced characters closed, the suggestion may close.
  const { quote } = brackets(prefix);
  const surplus = surplusAt(text, brackets(suffix.slice(0, replaces), quote).closers.length, quote);
  if (surplus === undefined) return kept;
  // A bracket on a line of its own takes its line with it.
  return { text: text.slice(0, surplus).replace(/\n[ \t]*$/, ''), replaces };
};

/** Index of the first closing bracket beyond the `allowed` ones that closes nothing. */
function surplusAt(text: string, allowed: number, quote?: string): number | undefined {
  const closer = brackets(text, quote).closers[allowed];
  if (closer === undefined || !/[)\]}]/.test(closer.character)) return undefined;
  const newline = text.indexOf('\n', closer.index);
  const lineEnd = newline < 0 ? text.length : newline;
  // `} else {` closes one block and opens the next, which what stands below the cursor closes.
  if (!/[{([]\s*$/.test(text.slice(closer.index, lineEnd))) return closer.index;
  const further = surplusAt(text.slice(lineEnd), 0);
  return further === undefined ? undefined : lineEnd + further;
}
