const openerOf = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);
const openers = new Set(openerOf.values());
const quotes = new Set(['"', "'", '`']);

export interface Closer {
  character: string;
  /** Index in the scanned text. */
  index: number;
}

export interface Brackets {
  /** Opened and not closed, outermost first. */
  open: string[];
  /** Closing brackets, and a closing quote, that were not opened in this text. */
  closers: Closer[];
  /** The quote of a string that is still open at the end. */
  quote: string | undefined;
}

/**
 * Brackets of a text, those inside strings left out. `quote` is the quote of a string that the text starts in. Knows no
 * language: strings end at the line's end unless they are back-quoted.
 */
export function brackets(text: string, quote?: string): Brackets {
  const open: string[] = [];
  const closers: Closer[] = [];
  let current = quote;
  let openedBefore = quote !== undefined;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (current !== undefined) {
      if (character === '\\') index++;
      else if (character === current) {
        if (openedBefore) closers.push({ character, index });
        current = undefined;
        openedBefore = false;
      } else if (character === '\n' && current !== '`') {
        current = undefined;
        openedBefore = false;
      }
    } else if (quotes.has(character)) {
      if (character !== "'" || startsString(text, index)) current = character;
    } else if (openers.has(character)) {
      open.push(character);
    } else if (openerOf.has(character)) {
      if (open.at(-1) === openerOf.get(character)) open.pop();
      else closers.push({ character, index });
    }
  }
  return { open, closers, quote: current };
}

/** Whether a single quote starts a string: it may be an apostrophe (`don't`) or a lifetime (`&'a str`). */
function startsString(text: string, index: number): boolean {
  const word = /\w*$/.exec(text.slice(Math.max(0, index - 3), index))?.[0] ?? '';
  if (word !== '' && !/^(?:[bflru]|br|rb|fr|rf)$/i.test(word)) return false;
  return !/^'(?:[a-z_]|static)(?![\w'])/.test(text.slice(index, index + 8));
}
