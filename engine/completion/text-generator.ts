import {
  ForcedStart,
  LocalCache,
  Mixing,
  PromptLookup,
  StopRule,
  unfinishedWord,
} from '../decoding/index.ts';
import type { Prompt } from '../prompt/index.ts';
import type { ModelSession } from '../runtime/model-session.ts';
import type { TokenLog } from '../runtime/recurrence-log.ts';
import type { SequenceState } from '../runtime/sequence-state.ts';
import { writeAlternatives } from './alternatives.ts';
import { shownWorth } from './answer.ts';
import { DraftSize } from './draft-size.ts';
import { likeliestLine, type Path, stateAfter } from './line-search.ts';
import type { Prefilled } from './prefill.ts';
import type { PromptModel } from './prompts.ts';
import type { CompletionRequest } from './request.ts';
import type { Account } from './result.ts';
import { type Speculation, TokenSteps } from './token-steps.ts';
import { type Vocabulary, Writer } from './writer.ts';

/** Memory of a local cache that knows no other files, in bytes. */
const DOCUMENT_ALONE = 0;

/** What a generation asks and tells. */
export interface Control {
  isCancelled: () => boolean;
  said: (text: string) => void;
  onToken: () => void;
  /** Share of the time for generating that is used up. */
  timeUsed: () => number;
}

/** A text to be written, and what it costs. */
export interface Generation {
  request: CompletionRequest;
  prompt: Prompt;
  /** Where the prompt ends. */
  end: NonNullable<Prefilled['end']>;
  control: Control;
  account: Account;
}

export interface GeneratorOptions {
  /** Whether to guess tokens by prompt lookup. */
  speculates: boolean;
  /** Text of the project: to guess tokens by, and to mix with what the model says if `mixes`; the document's alone, to guess by, where there is none. */
  cache: LocalCache | undefined;
  mixes: boolean;
  /** Keeps the logs of generated tokens. @param ids of the prompt and of what was generated */
  keep: (ids: readonly number[], document: string, log: readonly TokenLog[]) => void;
}

/** Writes texts from where a prompt ends. */
export class TextGenerator {
  private readonly vocabulary: Vocabulary;
  private readonly draftSize: DraftSize | undefined;
  readonly mixing: Mixing | undefined;
  /** What the document alone says, where there is no `cache` and it is of use. */
  private documentCache: LocalCache | undefined;

  constructor(
    private readonly model: PromptModel & { session: ModelSession },
    private readonly options: GeneratorOptions,
  ) {
    const { session, tokenizer, format } = model;
    const { cache, mixes, speculates } = options;
    const ids = Array.from({ length: session.vocabularySize }, (_, id) => id);
    const isText = (id: number): boolean => tokenizer.bytes(id).length > 0;
    const forbidden = new Set(ids.filter((id) => !isText(id) && !format.endIds.includes(id)));
    this.vocabulary = { forbidden, endIds: format.endIds };
    this.mixing = cache !== undefined && mixes ? new Mixing({ cache, ...this.vocabulary }) : undefined;
    this.draftSize = speculates ? new DraftSize() : undefined;
  }

  /** Forgets what was written in. */
  forget(): void {
    this.documentCache = undefined;
  }

  /** The texts that follow a prompt, the likeliest first; undefined if cancelled. Takes over the state at its end. */
  async write(generation: Generation): Promise<Writer[] | undefined> {
    const { request, control, end } = generation;
    const newWriter = this.writerOf(request);
    const { alternatives: count = 1 } = request;
    if (count === 1) {
      const best = await this.writeBest(generation, newWriter);
      return best && [best];
    }
    const logits = end.logits.slice();
    try {
      let best: Writer | undefined;
      // What is mixed is looked for, not written beside the others.
      if (newWriter().isMixed) {
        const begun = { ...generation, end: { state: end.state.retain(), logits } };
        best = await this.writeBest(begun, newWriter);
        if (best === undefined) return undefined;
      }
      const { session, tokenizer } = this.model;
      const start = new ForcedStart(tokenizer, unfinishedWord(request.context.prefix));
      const parts = { session, tokenizer, vocabulary: this.vocabulary, start, newWriter };
      return await writeAlternatives({ ...control, ...parts, state: end.state, logits, best, count });
    } finally {
      end.state.release();
    }
  }

  /** The likeliest text that follows a prompt; undefined if cancelled. Takes over the state. */
  private async writeBest(
    { request, prompt, end: { state, logits }, control, account }: Generation,
    newWriter: () => Writer,
  ): Promise<Writer | undefined> {
    const { session } = this.model;
    const writer = newWriter();
    // Where the prompt ends with the text before the cursor, what is generated goes on from it as accepted text does.
    const continues = prompt.cursor === prompt.ids.length;
    const start = writer.isMixed ? state.retain() : undefined;
    const steps = new TokenSteps(session, state, this.speculation(request), continues || writer.isMixed);
    let path: Path = { writer, log: [] };
    try {
      const isComplete = await writeGreedily(writer, logits, steps, control).finally(() => {
        steps.release();
        // After an error the last token has no log.
        if (steps.log.length === steps.ids.length) path = { writer, log: steps.log };
        account.draftedTokens = steps.drafted;
        account.acceptedTokens = steps.accepted;
      });
      if (!isComplete) return undefined;
      if (start === undefined) return writer;
      const isOver = (): boolean => control.isCancelled() || control.timeUsed() >= 1;
      const { best, paths, tokens } = await likeliestLine(path, { session, state: start, newWriter, isOver });
      account.searchedTokens = tokens;
      // A line that is likelier as a whole may have no beginning as likely as that of another.
      if (shownWorth(best.writer, request) > shownWorth(writer, request)) path = best;
      const used = new Set(path.log);
      session.recycle([...new Set(paths.flatMap(({ log }) => log))].filter((log) => !used.has(log)));
      if (control.isCancelled()) return undefined;
      if (path.writer.stop === undefined) path = await this.writeOn(path, start, control);
      if (path.writer.stop === undefined) return undefined;
      control.said(path.writer.text);
      account.generatedTokens = path.writer.count;
      return path.writer;
    } finally {
      start?.release();
      const ids = [...prompt.ids, ...path.writer.ids.slice(0, path.log.length)];
      if (continues && path.log.length > 0) this.options.keep(ids, request.document, path.log);
      else session.recycle(path.log);
    }
  }

  /** Writes a text on below its first line, until it is complete or all is cancelled. @param state after the prompt */
  private async writeOn({ writer, log }: Path, state: SequenceState, control: Control): Promise<Path> {
    const { session } = this.model;
    const steps = new TokenSteps(session, await stateAfter(session, state, log), undefined, true);
    try {
      await writeGreedily(writer, await steps.push(writer.ids.at(-1) ?? 0), steps, control);
    } finally {
      steps.release();
    }
    return { writer, log: [...log, ...steps.log] };
  }

  /** Makes what writes texts at the cursor. */
  writerOf(request: CompletionRequest): (start?: ForcedStart) => Writer {
    const { prefix, suffix, languageId } = request.context;
    const word = unfinishedWord(prefix);
    const mixing = request.mixes === false ? undefined : this.mixing;
    if (mixing !== undefined) this.beginAt(request, this.options.cache);
    return (start = new ForcedStart(this.model.tokenizer, word)) => {
      const { isFenced } = this.model.format.layout;
      const rule = new StopRule({ prefix, suffix, languageId, lines: request.lines, isFenced });
      return new Writer(this.vocabulary, start, rule, request.maxTokens, mixing);
    };
  }

  /** The local cache is asked at a request's place, before the word that stands there unfinished. */
  private beginAt({ document, context: { prefix, suffix } }: CompletionRequest, cache?: LocalCache): void {
    cache?.begin(document, prefix.slice(0, prefix.length - unfinishedWord(prefix).length), suffix);
  }

  /** What guesses a request's tokens. */
  private speculation(request: CompletionRequest): Speculation | undefined {
    const { draftSize: size } = this;
    if (size?.isWorthTrying !== true) return size && { size };
    const cache =
      this.options.cache ?? (this.documentCache ??= new LocalCache(this.model.tokenizer, DOCUMENT_ALONE));
    this.beginAt(request, cache);
    return { size, lookup: new PromptLookup(cache) };
  }
}

/** @returns whether the text is complete: false if it was cancelled */
async function writeGreedily(
  writer: Writer,
  first: Float32Array,
  steps: TokenSteps,
  { onToken, timeUsed, said, isCancelled }: Control,
): Promise<boolean> {
  for (let logits = first; ;) {
    const id = writer.choose(logits);
    const before = writer.count;
    writer.push(id);
    if (writer.count > before) onToken();
    writer.endInTime(timeUsed());
    said(writer.text);
    if (writer.stop !== undefined) return true;
    if (isCancelled()) return false;
    logits = await steps.push(id);
  }
}
