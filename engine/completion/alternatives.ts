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
  /** The first token of the text that there is already. */
  first: number;
  /** Most texts. */
  count: number;
  newWriter: (start: ForcedStart) => Writer;
  isCancelled: () => boolean;
  /** Share of the time for generating that is used up. */
  timeUsed: () => number;
}

/** First tokens that are looked at for each text: some begin the same text as others, cut in other places. */
const FIRSTS = 4;

/**
 * Other texts from one state: the likeliest first tokens but that of the text that there is, each continued greedily, all in one batch.
 * @returns undefined if cancelled
 */
export async function writeAlternatives(options: AlternativesOptions): Promise<Writer[] | undefined> {
  const { session, tokenizer, vocabulary, start, first, count, newWriter, isCancelled, timeUsed } = options;
  const isText = (id: number): boolean =>
    start.allows(id) && !vocabulary.forbidden.has(id) && !vocabulary.endIds.includes(id);
  const wanted = FIRSTS * (count + 1);
  const begin = newWriter(start.clone());
  const mixed = new Map(
    begin.likeliest(options.logits, wanted).map(({ id, probability }) => [id, probability]),
  );
  const known = mixed.size > 0 ? [...mixed.keys()].filter(isText) : likeliest(options.logits, wanted, isText);
  let chosen = beginnings(first, known, count, tokenizer);
  if (chosen.length === 0) return [];
  const writers = chosen.map((id) => {
    const writer = newWriter(start.clone());
    writer.isGiven(mixed.get(id) ?? 1);
    return writer;
  });
  const fork = session.fork(options.state, chosen.length);
  for (;;) {
    writers.forEach((writer, at) => {
      if (writer.stop === undefined) writer.push(chosen[at] ?? 0);
      writer.endInTime(timeUsed());
    });
    if (writers.every(({ stop }) => stop !== undefined)) return writers;
    if (isCancelled()) return undefined;
    // A sequence that is complete goes on with what it had: its row is not read.
    const logits = await session.advanceFork(fork, chosen);
    chosen = writers.map((writer, at) => {
      const row = logits.subarray(at * session.vocabularySize, (at + 1) * session.vocabularySize);
      return writer.stop === undefined ? writer.choose(row) : (chosen[at] ?? 0);
    });
  }
}

/** First tokens of other texts, different ones where there are enough: `total` and `tot` likely begin the same one. */
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
  return [...chosen.slice(1), ...similar].slice(0, count);
}
