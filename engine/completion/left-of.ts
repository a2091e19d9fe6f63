import type { CompletionContext } from '../prompt/index.ts';

/** What differs between two moments of typing is mostly this near to the cursor. */
const NEAR_CHARACTERS = 200;

/**
 * What is left of an offered text where some of it has been typed since, which may have made the editor close brackets behind the cursor.
 * @returns undefined if something else was written, or all of it
 */
export function leftOf(
  offered: { prefix: string; suffix: string; text: string },
  { prefix, suffix }: Pick<CompletionContext, 'prefix' | 'suffix'>,
): string | undefined {
  // The few characters that differ come first: comparing whole documents with a hundred offers would take milliseconds.
  const typed = prefix.length - offered.prefix.length;
  if (typed < 0 || (typed > 0 && typed >= offered.text.length)) return undefined;
  if (!offered.text.startsWith(prefix.slice(offered.prefix.length))) return undefined;
  const left = offered.text.slice(typed);
  const closed = suffix.length - offered.suffix.length;
  if (closed < 0 || (typed === 0 && closed > 0) || !closes(left, suffix.slice(0, closed))) return undefined;
  const near = Math.max(0, offered.prefix.length - NEAR_CHARACTERS);
  if (prefix.slice(near, offered.prefix.length) !== offered.prefix.slice(near)) return undefined;
  return prefix.startsWith(offered.prefix) && suffix.endsWith(offered.suffix) ? left : undefined;
}

/**
 * Whether `closed` is what the editor put behind the cursor by itself (brackets and quotes that were typed, perhaps with a
 * broken line before them) and `text` closes all of it as well, in that order.
 */
function closes(text: string, closed: string): boolean {
  if (!/^[\s)\]}>"'`]*$/.test(closed)) return false;
  let from = 0;
  for (const character of closed.replace(/\s/g, '')) {
    const at = text.indexOf(character, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}
