import type { Completer } from '../../completion/completer.ts';
import { ForcedStart, likeliest, unfinishedWord } from '../../decoding/index.ts';
import { REST, type Candidates } from '../../decoding/cache/mixer.ts';
import type { MixingQuestion } from '../../decoding/cache/mixing.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { placeToFit, type PlaceToFit } from './place-to-fit.ts';
import type { ProjectFile, Span } from './spans.ts';
import { requestAt } from './systems.ts';

/** One place of a true text: the candidates for its next token, and which of them is right. */
export interface Example {
  features: Float32Array;
  candidates: number;
  right: number;
}

/** The places along each text in order. */
export interface Examples {
  both: Example[][];
  cache: Example[][];
}

/** A true text and what the model says along it. */
export interface Walk extends PlaceToFit {
  ids: number[];
  /** The model's likeliest tokens at each place, and their probabilities. */
  model: { ids: Int32Array; probabilities: Float32Array }[];
}

/** Of the model's probabilities, so many are kept. */
const KEPT = 64;
/** Shorter than when it is used, since reading takes most of the time. */
const SHORT_WINDOW = { prefixTokens: 700, suffixTokens: 250 };

/** Walks along true texts of a project with the model. */
export async function walk(
  completer: Completer,
  tokenizer: Tokenizer,
  files: readonly ProjectFile[],
  spans: number,
  random: () => number,
): Promise<Walk[]> {
  const { mixing } = completer;
  if (mixing === undefined) throw new Error('there is nothing to mix');
  const walks: Walk[] = [];
  for (let done = 0; done < spans; done++) {
    const { span, isAlone } = placeToFit(files, done, random);
    const { ids, logits } = await completer.along({ ...requestAt(span), ...SHORT_WINDOW }, span.truth);
    const size = logits.length / (ids.length + 1);
    const model = questions(span, ids, tokenizer).map((question, at) => {
      const row = logits.subarray(at * size, (at + 1) * size);
      const all = mixing.probabilities({ ...question, logits: row }) ?? row;
      const top = likeliest(all, KEPT, (id) => (all[id] ?? 0) > 0);
      return { ids: Int32Array.from(top), probabilities: Float32Array.from(top, (id) => all[id] ?? 0) };
    });
    walks.push({ span, isAlone, ids, model });
    completer.drop(span.path);
  }
  return walks;
}

/** What is asked before each token of a true text, and in one line at its end. */
function questions({ prefix, kind }: Span, ids: readonly number[], tokenizer: Tokenizer): MixingQuestion[] {
  const start = new ForcedStart(tokenizer, unfinishedWord(prefix));
  const isOneLine = kind === 'line';
  return Array.from({ length: ids.length + (isOneLine ? 1 : 0) }, (_, at) => {
    const now = start.clone();
    const isAllowed = now.isDone ? undefined : (id: number): boolean => now.allows(id);
    start.bytes(ids[at] ?? -1);
    return { logits: undefined, generated: ids.slice(0, at), isAllowed, isOneLine };
  });
}

/** Candidates along true texts, with the model and without. */
export function collect(
  { cache, mixing }: Pick<Completer, 'cache' | 'mixing'>,
  tokenizer: Tokenizer,
  files: readonly ProjectFile[],
  walks: readonly Walk[],
): Examples {
  if (cache === undefined || mixing === undefined) throw new Error('there is nothing to mix');
  const examples: Examples = { both: [], cache: [] };
  for (const known of ['file', 'project'] as const) {
    cache.clear();
    if (known === 'project') for (const { path, text } of files) cache.put(path, text);
    for (const { span, isAlone, ids, model } of walks) {
      if (isAlone !== (known === 'file')) continue;
      const word = unfinishedWord(span.prefix);
      cache.begin(span.path, span.prefix.slice(0, span.prefix.length - word.length), span.suffix);
      const both: Example[] = [];
      const alone: Example[] = [];
      for (const [at, question] of questions(span, ids, tokenizer).entries()) {
        const right = ids[at] ?? cache.encoder.newline;
        if (question.isAllowed?.(right) === false) break;
        const all = new Float32Array(tokenizer.vocabularySize);
        model[at]?.ids.forEach((id, index) => (all[id] = model[at]?.probabilities[index] ?? 0));
        both.push(example(mixing.candidates(question, all), right));
        alone.push(example(mixing.candidates(question, undefined), right));
      }
      examples.both.push(both);
      // The text alone drafts for larger models: fitted to files just begun, it would draft nothing from what stood in one place only.
      if (!isAlone) examples.cache.push(alone);
    }
  }
  return examples;
}

function example({ ids, features }: Candidates, right: number): Example {
  const at = ids.indexOf(right);
  return { features, candidates: ids.length, right: at < 0 ? ids.indexOf(REST) : at };
}
