import { randomSpan, type ProjectFile, type Span, type SpanKind } from './spans.ts';

/** A place at which the mixing is fitted. */
export interface PlaceToFit {
  span: Span;
  /** Whether nothing is known but the file. */
  isAlone: boolean;
}

/** Ends of lines are what is asked for most. */
const KINDS: readonly SpanKind[] = ['line', 'line', 'line', 'lines'];
/** Of the places, so many are in finished files; of the others, at most so many lines below are missing. */
const FINISHED_SHARE = 0.3;
const MOST_UNWRITTEN = 60;
/** Of the places, so many are whole lines: the cursor stands where a line begins. */
const WHOLE_SHARE = 0.3;
/** Of the places, so many are in a file that has just been begun, and is all that is known: at most so many lines above and below. */
const ALONE_SHARE = 0.4;
const MOST_ALONE = { above: 40, below: 20 };

/** A random place of a project, as it may be when a suggestion is asked for. @param at how many were drawn before */
export function placeToFit(files: readonly ProjectFile[], at: number, random: () => number): PlaceToFit {
  const isAlone = random() < ALONE_SHARE;
  const isWhole = random() < WHOLE_SHARE;
  const kind = KINDS[at % KINDS.length] ?? 'line';
  let span = whileWriting(randomSpan(files, kind, random), random);
  if (isWhole) span = wholeLine(span);
  if (isAlone) span = justBegun(span, random);
  return { span, isAlone };
}

/** A place as it is while a file is being written: much of what stands below comes later, often as a repetition. */
function whileWriting(span: Span, random: () => number): Span {
  if (random() < FINISHED_SHARE) return span;
  const [rest = '', ...below] = span.suffix.split('\n');
  const unwritten = Math.ceil(random() * MOST_UNWRITTEN);
  return { ...span, suffix: [rest, ...below.slice(unwritten)].join('\n') };
}

/** The same place from where its line begins. */
function wholeLine(span: Span): Span {
  const line = span.prefix.slice(span.prefix.lastIndexOf('\n') + 1);
  const begun = line.trimStart();
  const prefix = span.prefix.slice(0, span.prefix.length - begun.length);
  return { ...span, prefix, truth: begun + span.truth };
}

/** The same place in a file of a few lines. */
function justBegun(span: Span, random: () => number): Span {
  const above = Math.ceil(random() * MOST_ALONE.above);
  const below = Math.floor(random() * MOST_ALONE.below);
  return {
    ...span,
    prefix: span.prefix.split('\n').slice(-above).join('\n'),
    suffix: span.suffix
      .split('\n')
      .slice(0, below + 1)
      .join('\n'),
  };
}
