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
  const before = brackets(prefix);
  const around = brackets(prefix + suffix);
  if (around.open.length > 0 || around.closers.length > 0 || around.quote !== undefined) return kept;
  // What the replaced characters closed, the suggestion may close.
  const allowed = brackets(suffix.slice(0, replaces), before.quote).closers.length;
  const surplus = brackets(text, before.quote).closers[allowed];
  if (surplus === undefined || !/[)\]}]/.test(surplus.character)) return kept;
  const rest = text.slice(0, surplus.index);
  // A bracket on a line of its own takes its line with it.
  return { text: rest.replace(/\n[ \t]*$/, ''), replaces };
};
