import type { Filter } from './filter.ts';

/** Longest period looked for: lines, and characters inside a line. */
const MOST_LINES = 4;
const MOST_CHARACTERS = 60;

/** So many times in a row is a loop, not a style. */
const LINES_TIMES = 3;
const CHARACTERS_TIMES = 4;
/** A single letter among marks, as in `'d' : 'd' : …`, needs more. */
const LETTERS_TIMES = 8;

/** A small model may go round in circles: the first round is kept if it is whole lines, a line of circles is dropped. */
export const repetition: Filter = ({ text, replaces }) => {
  const lines = text.split('\n');
  for (let start = 0; start < lines.length; start++) {
    for (let period = 1; period <= MOST_LINES; period++) {
      if (repeatsLines(lines, start, period))
        return { text: lines.slice(0, start + period).join('\n'), replaces };
    }
  }
  if (lines.some(goesRound)) return { dropped: 'repeats itself' };
  return { text, replaces };
};

function repeatsLines(lines: readonly string[], start: number, period: number): boolean {
  const length = period * LINES_TIMES;
  if (start + length > lines.length) return false;
  const round = lines.slice(start, start + period).map((line) => line.trim());
  // Lines of brackets end every second block; a loop says words.
  if (!round.some((line) => /\p{L}/u.test(line))) return false;
  return lines.slice(start, start + length).every((line, index) => line.trim() === round[index % period]);
}

/** Whether a line ends in the same words over and over. Rows of numbers and rulers are legitimate. */
function goesRound(line: string): boolean {
  return endsInRounds(line, CHARACTERS_TIMES, /\p{L}{2}/u) || endsInRounds(line, LETTERS_TIMES, /\p{L}/u);
}

function endsInRounds(line: string, times: number, says: RegExp): boolean {
  for (let period = 3; period <= MOST_CHARACTERS; period++) {
    // The last round may lack its comma and space.
    const length = period * times - 2;
    if (line.length < length) return false;
    const end = line.slice(-length);
    if (says.test(end.slice(0, period)) && end.slice(period) === end.slice(0, -period)) return true;
  }
  return false;
}
