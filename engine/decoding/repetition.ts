/** The same lines this many times, one to three of them at once, are a loop. */
const LINE_TIMES = 3;
const MAX_LINES = 3;
/** A piece within a line at least five times over so many characters; a ruler of 80 dashes is none. */
const MIN_LOOP = 90;
const MAX_UNIT = 32;
/** Looking for it costs 15 microseconds, so it is done once in so many characters. */
const LOOK_EVERY = 16;
const LOOP = new RegExp(`([^\\n]{1,${MAX_UNIT}}?)\\1{4,}$`, 'u');

/**
 * Where a text begins to repeat itself at its end.
 * @returns how much of it to keep: up to the end of the first copy; `undefined` if it does not repeat itself
 */
export function repetition(text: string): number | undefined {
  return text.endsWith('\n') ? repeatedLines(text) : repeatedPiece(text);
}

function repeatedLines(text: string): number | undefined {
  const lines = text.slice(0, -1).split('\n');
  for (let period = 1; period <= MAX_LINES; period++) {
    const start = lines.length - period * LINE_TIMES;
    if (start < 0) return undefined;
    const last = lines.slice(start);
    const same = last.every((line, at) => line === last[at % period]);
    if (same && last.slice(0, period).some((line) => /[\p{L}\p{N}]/u.test(line)))
      return lines.slice(0, start + period).join('\n').length;
  }
  return undefined;
}

function repeatedPiece(text: string): number | undefined {
  if (text.length < MIN_LOOP || text.length % LOOK_EVERY !== 0) return undefined;
  // Its end is enough to see a loop, and bounds the cost of looking.
  const from = Math.max(0, text.length - 2 * MIN_LOOP);
  const found = LOOP.exec(text.slice(from));
  if (found === null || found[0].length < MIN_LOOP || found[0].trim() === '') return undefined;
  const unit = (found[1] ?? '').length;
  // The loop may have begun with a part of the piece.
  let start = from + found.index;
  while (start > 0 && text.charAt(start - 1) === text.charAt(start - 1 + unit)) start--;
  return start + unit;
}
