import { seededRandom } from '../../seeded-random.ts';
import { BadInputError } from '../../errors.ts';
import type { FimFormatName } from '../../prompt/index.ts';
import type { Completer } from '../completer.ts';
import type { CompletionRequest } from '../request.ts';
import type { FormatFigures, Measurement, MeasureProgress, MeasureRequest } from './measurement.ts';
import { firstWordOf, type Span, spansOf, withoutLineEndSpaces } from './spans.ts';
import { choose, stillInTheRunning } from './verdict.ts';

const SPANS = 40;
const TIME_MS = 120_000;
/** Context of the prompts, in tokens before and after the cursor: the largest that is read in {@link READING_MS}. */
const WINDOWS = [
  [768, 256],
  [384, 128],
  [192, 64],
  [96, 48],
] as const;
const READING_MS = 1500;
/** What a keystroke costs hardly varies: it is measured at so many places, by so many keys each. */
const KEYSTROKE_SPANS = 4;
const KEYS = 10;
const LINE_TOKENS = 40;

/** A model that lays its prompts out in one format. */
export interface Subject {
  format: FimFormatName;
  completer: Pick<Completer, 'complete' | 'forget'>;
}

export interface MeasureControl {
  /** Does a piece of work, again from its beginning where it gives undefined because it was told to give way; undefined if somebody has ended all. */
  run: <T>(work: (isCancelled: () => boolean) => Promise<T | undefined>) => Promise<T | undefined>;
  progress: (progress: MeasureProgress) => void;
  /** ms, from any moment on. */
  now: () => number;
}

/** What one format did at one place. */
interface Trial {
  score: number;
  requestMs: number;
  keystrokes: { ms: number; tokens: number }[];
}

/**
 * Compares formats on texts: what they say at places of which the text is known, and what they cost. Formats take turns at each place, so that
 * whatever else the machine does hits all alike; one that is clearly behind is tried no more.
 * @param subjects the format that is used by itself first
 * @throws BadInputError if there are no places in the files
 */
export async function measureFormats(
  { modelHash, inUse, subjects }: { modelHash: string; inUse: FimFormatName; subjects: readonly Subject[] },
  request: MeasureRequest,
  { run, progress, now }: MeasureControl,
): Promise<Measurement> {
  const { files, spans: most = SPANS, timeMs = TIME_MS, seed = 1 } = request;
  const spans = spansOf(files, most, seededRandom(seed));
  const [first] = spans;
  const [usual] = subjects;
  if (first === undefined || usual === undefined) throw nothingToMeasure(files.length);
  const started = now();
  const trials = new Map<FimFormatName, Trial[]>(subjects.map(({ format }) => [format, []]));
  const trialsOf = (format: FimFormatName): Trial[] => trials.get(format) ?? [];
  const candidateOf = ({ format }: Subject) => ({
    format,
    scores: trialsOf(format).map(({ score }) => score),
    keystrokeMs: figuresOf(format, trialsOf(format)).keystrokeMs,
  });

  const window = await run((isCancelled) => windowFor(usual, first, isCancelled));
  let active = subjects;
  let end: Measurement['end'] = window === undefined ? 'cancelled' : 'spans';
  let done = 0;
  for (const [index, span] of spans.entries()) {
    if (window === undefined || end !== 'spans') break;
    for (let turn = 0; turn < active.length && end === 'spans'; turn++) {
      const subject = active[(turn + index) % active.length];
      if (subject === undefined) break;
      const trial = await run((isCancelled) =>
        tryAt(subject, span, window, index < KEYSTROKE_SPANS, isCancelled),
      );
      if (trial === undefined) end = 'cancelled';
      else trialsOf(subject.format).push(trial);
    }
    if (end !== 'spans') break;
    done = index + 1;
    progress({ spans: done, ofSpans: spans.length, elapsedMs: now() - started, ofMs: timeMs });
    const running = stillInTheRunning(active.map(candidateOf)).map(({ format }) => format);
    active = active.filter(({ format }) => running.includes(format));
    if (active.length === 1 && subjects.length > 1) end = 'clear';
    else if (now() - started >= timeMs && done < spans.length) end = 'time';
  }
  // The place at which it was ended counts for none.
  for (const { format } of active) trialsOf(format).splice(done);
  const candidates = active.map(candidateOf);
  const figures = subjects.map(({ format }) => figuresOf(format, trialsOf(format)));
  const [prefixTokens, suffixTokens] = window ?? WINDOWS[0];
  return {
    modelHash,
    inUse,
    formats: figures.sort((a, b) => meanScore(b) - meanScore(a)),
    choice: choose(candidates, active.length < subjects.length),
    end,
    elapsedMs: now() - started,
    prefixTokens,
    suffixTokens,
  };
}

type Window = (typeof WINDOWS)[number];

/** The largest window that this model reads in time, by reading the smallest one. */
async function windowFor(
  { completer }: Subject,
  span: Span,
  isCancelled: () => boolean,
): Promise<Window | undefined> {
  const smallest = WINDOWS[WINDOWS.length - 1] ?? WINDOWS[0];
  completer.forget();
  const result = await completer.complete(requestOf(span, smallest, 1), isCancelled);
  completer.forget();
  if (isCancelled()) return undefined;
  const { prefillMs, advancedTokens } = result.account;
  const msPerToken = prefillMs / Math.max(1, advancedTokens);
  return WINDOWS.find(([prefix, suffix]) => (prefix + suffix) * msPerToken <= READING_MS) ?? smallest;
}

/** One place: a request of which nothing is known, and then what the next keys cost. */
async function tryAt(
  { completer }: Subject,
  span: Span,
  window: Window,
  hasKeystrokes: boolean,
  isCancelled: () => boolean,
): Promise<Trial | undefined> {
  completer.forget();
  try {
    const request = requestOf(span, window, LINE_TOKENS * span.lines);
    const result = await completer.complete(request, isCancelled);
    if (result.kind === 'none' && result.reason === 'cancelled') return undefined;
    const trial: Trial = {
      score: result.kind === 'completion' ? scoreOf(result.text, span) : 0,
      requestMs: result.account.totalMs,
      keystrokes: [],
    };
    for (let keys = 1; hasKeystrokes && keys <= Math.min(KEYS, span.expected.length); keys++) {
      const { prefix, ...rest } = span.context;
      const context = { ...rest, prefix: prefix + span.expected.slice(0, keys) };
      const next = await completer.complete({ ...request, context, maxTokens: 1 }, isCancelled);
      if (next.kind === 'none' && next.reason === 'cancelled') return undefined;
      const { totalMs: ms, advancedTokens: tokens } = next.account;
      trial.keystrokes.push({ ms, tokens });
    }
    return trial;
  } finally {
    completer.forget();
  }
}

function requestOf(
  { context, lines }: Span,
  [prefixTokens, suffixTokens]: Window,
  maxTokens: number,
): CompletionRequest {
  const mode = lines > 1 ? 'multiple' : 'single';
  return { context, document: context.path, lines: mode, maxTokens, prefixTokens, suffixTokens };
}

/** 2 for all of the text, 1 for its first word. */
function scoreOf(text: string, { expected, lines }: Span): number {
  const said = withoutLineEndSpaces(text).split('\n').slice(0, lines).join('\n');
  if (said === expected) return 2;
  return firstWordOf(said) === firstWordOf(expected) ? 1 : 0;
}

function figuresOf(format: FimFormatName, trials: readonly Trial[]): FormatFigures {
  const keys = trials.flatMap(({ keystrokes }) => keystrokes);
  const times = trials.map(({ requestMs }) => requestMs).sort((a, b) => a - b);
  return {
    format,
    spans: trials.length,
    exact: trials.filter(({ score }) => score === 2).length,
    firstWord: trials.filter(({ score }) => score > 0).length,
    requestMs: times[Math.floor(times.length / 2)] ?? NaN,
    keystrokeMs: mean(keys.map(({ ms }) => ms)),
    keystrokeTokens: mean(keys.map(({ tokens }) => tokens)),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const meanScore = ({ exact, firstWord, spans }: FormatFigures): number =>
  spans === 0 ? -1 : (exact + firstWord) / spans;

function nothingToMeasure(files: number): BadInputError {
  return new BadInputError({
    source: 'the files to measure on',
    expected: 'lines of code',
    found: files === 0 ? 'no files' : `${files} files without lines that serve`,
    action: 'Name files of source code, or open a folder that has some.',
  });
}
