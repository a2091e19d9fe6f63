import type { CompletionContext } from '../../prompt/index.ts';
import type { MeasuredFile } from './measurement.ts';

/** A place in a file, and what stood there. */
export interface Span {
  context: CompletionContext;
  /** The text that was taken out. */
  expected: string;
  /** Lines that it has. */
  lines: number;
}

/** At every so many draws, some whole lines are taken out instead of the rest of one. */
const BLOCK_EVERY = 6;
const MOST_BLOCK_LINES = 3;
/** UTF-16 units: what is shorter says little, and longer lines were written by no hand. */
const LEAST_LENGTH = 4;
const MOST_LINE = 160;
/** Draws of a line until one serves. */
const TRIES = 200;

const WORD = /[\p{L}\p{N}_$]/u;

/**
 * Places in files at random: the rest of a line from a word's start on, now and then a few whole lines.
 * @param random numbers in [0, 1)
 * @returns `count` of them, or fewer where the files hold too little
 */
export function spansOf(files: readonly MeasuredFile[], count: number, random: () => number): Span[] {
  const documents = files.map((file) => ({ file, lines: file.text.replace(/\r\n?/gu, '\n').split('\n') }));
  const lineCount = documents.reduce((sum, { lines }) => sum + lines.length, 0);
  const spans: Span[] = [];
  const taken = new Set<string>();
  for (let tries = 0; spans.length < count && tries < TRIES * count; tries++) {
    let at = Math.floor(random() * lineCount);
    const document = documents.find(({ lines }) => {
      if (at < lines.length) return true;
      at -= lines.length;
      return false;
    });
    if (document === undefined) break;
    const blockLines = tries % BLOCK_EVERY === BLOCK_EVERY - 1 ? MOST_BLOCK_LINES : 1;
    const place = `${document.file.path}:${at}`;
    const span = taken.has(place) ? undefined : spanAt(document.file, document.lines, at, blockLines, random);
    if (span === undefined) continue;
    taken.add(place);
    spans.push(span);
  }
  return spans;
}

function spanAt(
  file: MeasuredFile,
  lines: readonly string[],
  at: number,
  count: number,
  random: () => number,
): Span | undefined {
  const taken = lines.slice(at, at + count);
  if (taken.length < count || taken.some((line) => line.trim() === '' || line.length > MOST_LINE))
    return undefined;
  const [line = ''] = taken;
  const starts = count > 1 ? [line.search(/\S/u)] : wordStarts(line);
  const start = starts[Math.floor(random() * starts.length)];
  if (start === undefined || line.trimEnd().length - start < LEAST_LENGTH) return undefined;
  const expected = withoutLineEndSpaces([line.slice(start), ...taken.slice(1)].join('\n'));
  const prefix = [...lines.slice(0, at), line.slice(0, start)].join('\n');
  const below = lines.slice(at + count);
  const suffix = below.length === 0 ? '' : `\n${below.join('\n')}`;
  const { path, languageId } = file;
  return { context: { prefix, suffix, prefixOffset: 0, path, languageId }, expected, lines: count };
}

/** Where words begin in a line. */
function wordStarts(line: string): number[] {
  const starts: number[] = [];
  for (let at = 0; at < line.length; at++)
    if (WORD.test(line.charAt(at)) && !WORD.test(line.charAt(at - 1))) starts.push(at);
  return starts;
}

export const withoutLineEndSpaces = (text: string): string => text.replace(/[ \t]+$/gmu, '');

/** The first word or run of signs, with the spaces before it. */
export const firstWordOf = (text: string): string =>
  /^\s*(?:[\p{L}\p{N}_$]+|[^\p{L}\p{N}_$\s]+)/u.exec(text)?.[0] ?? '';
