import type { CompletionContext } from '../../prompt/index.ts';
import { languageOf } from '../../prompt/index.ts';
import type { Change } from './trace.ts';

/** What is wrong with an event for the document that it speaks of. */
export interface Misfit {
  expected: string;
  found: string;
}

/** A document of a session, and where its cursor is. */
export interface Document {
  path: string;
  text: string;
  /** In UTF-16 units: the last selection's active end, or the end of the last edit. */
  cursor: number;
}

/** Applies changes that all refer to the document before any of them. */
export function edit(document: Document, changes: readonly Change[]): Document | Misfit {
  const { text } = document;
  const ordered = changes.toSorted(([a, aEnd], [b, bEnd]) => a - b || aEnd - bEnd);
  const parts: string[] = [];
  let end = 0;
  let length = 0;
  let { cursor } = document;
  for (const change of ordered) {
    const [from, to, replacement] = change;
    if (from < end || to < from || to > text.length) {
      return {
        expected: `changes inside 0 to ${text.length} that do not overlap`,
        found: `[${from}, ${to}]`,
      };
    }
    parts.push(text.slice(end, from), replacement);
    length += from - end + replacement.length;
    if (change === changes.at(-1)) cursor = length;
    end = to;
  }
  return { ...document, text: [...parts, text.slice(end)].join(''), cursor };
}

/** Moves the cursor to a place. */
export function moveTo(document: Document, offset: number): Document | Misfit {
  const { length } = document.text;
  return offset <= length
    ? { ...document, cursor: offset }
    : { expected: `a selection inside 0 to ${length}`, found: String(offset) };
}

/** The context at the cursor as the editor hands it over: line ends are LF. */
export function contextOf({ path, text, cursor }: Document): CompletionContext {
  const lineFeeds = (part: string): string => part.replace(/\r\n?/g, '\n');
  return {
    prefix: lineFeeds(text.slice(0, cursor)),
    suffix: lineFeeds(text.slice(cursor)),
    prefixOffset: 0,
    path,
    languageId: languageOf(path),
  };
}
