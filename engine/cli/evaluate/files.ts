import type { Completer } from '../../completion/completer.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { unfinishedWord } from '../../decoding/index.ts';
import { languageOf } from '../../prompt/index.ts';
import { percentile } from '../replay/figures.ts';
import { isExact, randomSpan, SPAN_KINDS, type ProjectFile, type Span, type SpanKind } from './spans.ts';
import { NgramBaseline } from './ngram-baseline.ts';
import type { Judged } from './reliability.ts';
import { answer, requestAt, SYSTEMS } from './systems.ts';

/** What is compared on files: the plainest cache, which ends with the line, before the others. */
const FILE_SYSTEMS = ['8-gram', ...SYSTEMS] as const;
type FileSystem = (typeof FILE_SYSTEMS)[number];

/** How a system did at one place. */
interface Result {
  exact: boolean;
  first: boolean;
  ms: number;
  confidence: number;
  isEmpty: boolean;
}

/** What a system did with all spans of a kind in a language. */
export interface FileFigures {
  language: string;
  kind: SpanKind;
  system: FileSystem;
  spans: number;
  exact: number;
  first_token: number;
  ms: number;
  /** Of the model alone. */
  bits_a_byte: number | null;
}

/** One place, and how each system did. */
export interface Outcome {
  language: string;
  kind: SpanKind;
  bits: number;
  bytes: number;
  systems: Partial<Record<FileSystem, Result>>;
}

export interface Places {
  /** Of each kind. */
  spans: number;
  kinds: readonly SpanKind[];
  random: () => number;
}

/** Random spans of a project's files, of each kind as many, each asked of all systems. */
export async function evaluateProject(
  completer: Completer,
  tokenizer: Tokenizer,
  files: readonly ProjectFile[],
  { spans, kinds, random }: Places,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  completer.cache?.clear();
  for (const { path, text } of files) completer.cache?.put(path, text);
  if (completer.cache === undefined) throw new Error('there is no cache to compare with');
  const baseline = new NgramBaseline(files, completer.cache.encoder, tokenizer);
  for (const kind of kinds)
    for (let done = 0; done < spans; done++) {
      const span = randomSpan(files, kind, random);
      const request = requestAt(span);
      const systems: Outcome['systems'] = {};
      const judged = (text: string, ms: number, confidence = 0): Result => ({
        exact: isExact(span, text),
        first: text.startsWith(firstToken(span, tokenizer)),
        ms,
        confidence,
        isEmpty: text === '',
      });
      for (const system of SYSTEMS) {
        const { text, ms, confidence } = await answer(completer, system, request);
        systems[system] = judged(text, ms, confidence);
      }
      if (kind === 'line') {
        const started = performance.now();
        systems['8-gram'] = judged(baseline.complete(span), performance.now() - started);
      }
      const { bits, bytes } = await surprise(completer, span, tokenizer);
      completer.drop(span.path);
      outcomes.push({ language: languageOf(span.path), kind, bits, bytes, systems });
    }
  return outcomes;
}

/** The text of the first token beyond the cursor, as the text is tokenized from the word at the cursor on. */
function firstToken({ prefix, truth }: Span, tokenizer: Tokenizer): string {
  const word = unfinishedWord(prefix);
  const ids = tokenizer.encode(word + (truth.split('\n')[0] ?? ''), { dummyPrefix: false });
  for (let count = 1; count <= ids.length; count++) {
    const text = tokenizer.decode(ids.slice(0, count));
    if (text.length > word.length && !text.endsWith('\ufffd')) return text.slice(word.length);
  }
  return truth;
}

/** Bits of the true text by the model, and bytes that they are for. */
async function surprise(
  completer: Completer,
  span: Span,
  tokenizer: Tokenizer,
): Promise<{ bits: number; bytes: number }> {
  const { ids, logits } = await completer.along(requestAt(span), span.truth);
  const size = logits.length / (ids.length + 1);
  let bits = 0;
  let bytes = 0;
  ids.forEach((id, at) => {
    const row = logits.subarray(at * size, (at + 1) * size);
    let sum = 0;
    const own = row[id] ?? 0;
    for (const logit of row) sum += Math.exp(logit - own);
    bits += Math.log2(sum);
    bytes += tokenizer.bytes(id).length;
  });
  return { bits, bytes };
}

/** How sure both were of the rests of lines, and whether they were right. */
export function judgedOf(outcomes: readonly Outcome[]): Judged[] {
  return outcomes
    .filter(({ kind }) => kind === 'line')
    .flatMap(({ systems: { both } }) => (both === undefined || both.isEmpty ? [] : both))
    .map(({ confidence, exact }) => ({ confidence, right: exact }));
}

/** Sums up places, by language and over all. */
export function figuresOf(outcomes: readonly Outcome[]): FileFigures[] {
  const named = [...new Set(outcomes.map(({ language }) => language))].filter((one) => one !== '');
  const languages = named.length > 1 ? [...named, ''] : named;
  return languages.flatMap((language) =>
    SPAN_KINDS.filter((kind) => outcomes.some((one) => one.kind === kind)).flatMap((kind) => {
      const chosen = outcomes.filter(
        (one) => one.kind === kind && (language === '' || one.language === language),
      );
      const sum = (of: (one: Outcome) => number): number => chosen.reduce((total, one) => total + of(one), 0);
      return FILE_SYSTEMS.filter((system) => chosen[0]?.systems[system] !== undefined).map((system) => {
        const results = chosen.flatMap((one) => one.systems[system] ?? []);
        const share = (of: (one: Result) => boolean): number =>
          results.filter(of).length / Math.max(1, results.length);
        return {
          language: language === '' ? 'all' : language,
          kind,
          system,
          spans: chosen.length,
          exact: share(({ exact }) => exact),
          first_token: share(({ first }) => first),
          ms: percentile(
            results.map(({ ms }) => ms),
            50,
          ),
          bits_a_byte:
            system === 'model'
              ? sum((one) => one.bits) /
                Math.max(
                  1,
                  sum((one) => one.bytes),
                )
              : null,
        };
      });
    }),
  );
}
