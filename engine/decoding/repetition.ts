/** The same lines this many times, one to three of them at once, are a loop. */
const LINE_TIMES = 3;
const MAX_LINES = 3;
/** A piece within a line at least five times over so many characters; a ruler of 80 dashes is none. */
const MIN_LOOP = 90;
const MAX_UNIT = 32;
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
  // A loop's second half is enough to see it, and bounds the cost of looking.
  const from = Math.max(0, text.length - 2 * MIN_LOOP);
  const found = LOOP.exec(text.slice(from));
  if (found === null || found[0].length < MIN_LOOP || found[0].trim() === '') return undefined;
  return from + found.index + (found[1] ?? '').length;
}
