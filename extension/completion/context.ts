import type { CompletionContext } from '../../engine/index.ts';
import type { DocumentView, Place } from './documentView.ts';

/** Characters handed over on each side: far more than a window of tokens, and copied to the worker in well under 1 ms. */
export const MAX_CHARACTERS = 256 * 1024;

/** Lines handed over on each side: reading them is what takes time where they are short. */
export const MAX_LINES = 8 * 1024;

/** The first line handed over moves in steps of this many, so that the engine's window stays where it is while typing. */
const STEP_LINES = 1024;

export interface Origin {
  /** Path inside the workspace with `/` as separator; empty if unknown. */
  path: string;
  languageId: string;
}

/** The text around a place as the engine wants it: line ends are LF, and both sides are bounded. */
export function completionContext(view: DocumentView, place: Place, origin: Origin): CompletionContext {
  const current = view.line(place.line);
  const before: string[] = [];
  const first = firstLine(view, place.line);
  for (let index = first; index < place.line; index++) before.push(view.line(index));
  before.push(current.slice(0, place.character));

  const after = [current.slice(place.character)];
  let size = after[0]?.length ?? 0;
  const end = Math.min(view.lineCount, place.line + MAX_LINES);
  for (let index = place.line + 1; index < end && size < MAX_CHARACTERS; index++) {
    const text = view.line(index);
    after.push(text);
    size += text.length + 1;
  }

  const prefix = before.join('\n');
  const prefixStart = Math.max(0, prefix.length - MAX_CHARACTERS);
  return {
    prefix: prefix.slice(prefixStart),
    suffix: after.join('\n').slice(0, MAX_CHARACTERS),
    prefixOffset: view.offsetOfLine(first) + prefixStart,
    path: origin.path,
    languageId: origin.languageId,
  };
}

/** The first line that still fits, rounded up to a step unless that would leave less than half. */
function firstLine(view: DocumentView, cursorLine: number): number {
  let size = 0;
  let first = cursorLine;
  while (first > 0 && cursorLine - first < MAX_LINES) {
    size += view.line(first - 1).length + 1;
    if (size > MAX_CHARACTERS) break;
    first--;
  }
  if (first === 0) return 0;
  const stepped = Math.ceil(first / STEP_LINES) * STEP_LINES;
  return stepped - first < (cursorLine - first) / 2 ? stepped : first;
}
