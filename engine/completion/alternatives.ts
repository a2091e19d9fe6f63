import { ForcedStart, likeliest } from '../decoding/index.ts';
import type { ModelSession } from '../runtime/model-session.ts';
import type { SequenceState } from '../runtime/sequence-state.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import type { Vocabulary, Writer } from './writer.ts';

export interface AlternativesOptions {
  session: ModelSession;
  tokenizer: Tokenizer;
  vocabulary: Vocabulary;
  /** The state after the prompt; the caller releases it. */
  state: SequenceState;
  /** What follows the prompt. [vocabulary] */
  logits: Float32Array;
  /** The word that stands at the cursor already. */
  start: ForcedStart;
  /** A text that there is already: the first. */
  best: Writer | undefined;
  /** Most texts. */
  count: number;
  newWriter: (start: ForcedStart) => Writer;
  isCancelled: () => boolean;
  /** Told of each token of the first text. */
  onToken: () => void;
  /** Share of the time for generating that is used up. */
  timeUsed: () => number;
}

/** First tokens that are looked at for each text: some begin the same text as others, cut in other places. */
const FIRSTS = 4;

/**
 * Several texts from one state: the likeliest first tokens, each continued greedily, all in one batch. Where there is no text yet, the first
 * is the one that plain decoding gives.
 * @returns undefined if cancelled
 */
export async function writeAlternatives(options: AlternativesOptions): Promise<Writer[] | undefined> {
  const { session, tokenizer, vocabulary, start, best, count, newWriter, isCancelled, onToken, timeUsed } =
    options;
  const isText = (id: number): boolean =>
    start.allows(id) && !vocabulary.forbidden.has(id) && !vocabulary.endIds.includes(id);
  const wanted = FIRSTS * count;
  const begin = newWriter(start.clone());
  const mixed = new Map(
    begin.likeliest(options.logits, wanted).map(({ id, probability }) => [id, probability]),
  );
  const known = mixed.size > 0 ? [...mixed.keys()].filter(isText) : likeliest(options.logits, wanted, isText);
  const first = best?.ids[0] ?? begin.choose(options.logits);
  const firsts = beginnings(first, known, count, tokenizer);
  let chosen = best === undefined ? firsts : firsts.slice(1);
  const written = best === undefined ? [] : [best];
  if (chosen.length === 0) return written;
  const writers = chosen.map((id) => {
    const writer = newWriter(start.clone());
    writer.isGiven(mixed.get(id) ?? 1);
    return writer;
  });
  const fork = session.fork(options.state, chosen.length);
  for (;;) {
    const before = writers[0]?.count ?? 0;
    writers.forEach((writer, at) => {
      if (writer.stop === undefined) writer.push(chosen[at] ?? 0);
    });
    // Tokens of the first text, as where it is the only one.
    if (best === undefined && (writers[0]?.count ?? 0) > before) onToken();
    writers.forEach((writer) => {
      writer.endInTime(timeUsed());
    });
    if (writers.every(({ stop }) => stop !== undefined)) return [...written, ...writers];
    if (isCancelled()) return undefined;
    // A sequence that is complete goes on with what it had: its row is not read.
    const logits = await session.advanceFork(fork, chosen);
    chosen = writers.map((writer, at) => {
      const row = logits.subarray(at * session.vocabularySize, (at + 1) * session.vocabularySize);
      return writer.stop === undefined ? writer.choose(row) : (chosen[at] ?? 0);
    });
  }
}

/** First tokens of different texts where there are enough: `total` and `tot` likely begin the same one. */
function beginnings(first: number, known: readonly number[], count: number, tokenizer: Tokenizer): number[] {
  const textOf = (id: number): string => Buffer.from(tokenizer.bytes(id)).toString('latin1');
  const chosen = [first];
  const similar: number[] = [];
  for (const id of known) {
    if (id === first) continue;
    const text = textOf(id);
    const isBegun = chosen.map(textOf).some((other) => text.startsWith(other) || other.startsWith(text));
    (isBegun ? similar : chosen).push(id);
  }
  return [...chosen, ...similar].slice(0, count);
}
