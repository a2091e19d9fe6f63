import { bridge } from './bridge.ts';
import { ForcedStart, greedy, StopRule, TextStream, unfinishedWord } from '../decoding/index.ts';
import { buildPrompt, type FimFormat, type Prompt } from '../prompt/index.ts';
import { ChunkSizer } from '../runtime/chunk-sizer.ts';
import type { ModelSession } from '../runtime/model-session.ts';
import type { SequenceState } from '../runtime/sequence-state.ts';
import { CheckpointStore } from '../state/checkpoint-store.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import { prefill, type Prefiller } from './prefill.ts';
import type { CompletionRequest } from './request.ts';
import { emptyAccount, type CompletionResult, type NoCompletionReason, type StopReason } from './result.ts';

/** How long a prefill chunk may take: a cancelled request is to stop within 50 ms, also on a machine that is three times slower for a moment. */
const CHUNK_MS = 15;

/** What a completer needs of a loaded model. */
export interface CompletionModel {
  session: ModelSession;
  tokenizer: Tokenizer;
  format: FimFormat;
}

/** Completes at cursors with one model, one request at a time. */
export class Completer {
  private readonly prefiller: Prefiller;
  /** Control tokens and padding: text is made of none of them. */
  private readonly forbidden: ReadonlySet<number>;

  constructor(
    private readonly model: CompletionModel,
    /** Most memory for checkpoints, in bytes. */
    checkpointBytes: number,
  ) {
    const { session, tokenizer, format } = model;
    const ids = Array.from({ length: session.vocabularySize }, (_, id) => id);
    const isText = (id: number): boolean => tokenizer.bytes(id).length > 0;
    this.forbidden = new Set(ids.filter((id) => !isText(id) && !format.endIds.includes(id)));
    this.prefiller = {
      session,
      checkpoints: new CheckpointStore(checkpointBytes, session.stateBytes),
      chunks: new ChunkSizer(CHUNK_MS),
    };
  }

  /** Memory of all checkpoints, in bytes. */
  get stateBytes(): number {
    return this.prefiller.checkpoints.size * this.prefiller.session.stateBytes;
  }

  /** @param isCancelled asked before every run of the model */
  async complete(request: CompletionRequest, isCancelled: () => boolean): Promise<CompletionResult> {
    const started = performance.now();
    const account = emptyAccount();
    const none = (reason: NoCompletionReason): CompletionResult => {
      account.totalMs = performance.now() - started;
      return { kind: 'none', reason, account };
    };
    const prompt = bridge(this.promptOf(request), this.prefiller.checkpoints);
    account.tailLines = prompt.tailLines;
    // A model without any markers has nothing to go on at the start of a file.
    if (prompt.ids.length === 0) return none('empty');
    const { end, reused, advanced } = await prefill(
      this.prefiller,
      prompt.ids,
      boundariesOf(prompt),
      isCancelled,
    );
    account.promptTokens = prompt.ids.length;
    account.reusedTokens = reused;
    account.advancedTokens = advanced;
    if (end === undefined) return none('cancelled');

    const { prefix, suffix, languageId } = request.context;
    const rule = new StopRule({ prefix, suffix, languageId, lines: request.lines });
    const start = new ForcedStart(this.model.tokenizer, unfinishedWord(prefix));
    const stop = await this.decode(end.state, end.logits, start, rule, request.maxTokens, isCancelled, () => {
      account.generatedTokens++;
      if (account.generatedTokens === 1) account.firstTokenMs = performance.now() - started;
    });
    if (stop === 'cancelled') return none('cancelled');
    const { text } = rule;
    if (text.trim() === '') return none(stop === 'suffix' ? 'repeats-suffix' : 'empty');
    account.totalMs = performance.now() - started;
    return { kind: 'completion', text, alternatives: [], stop, account };
  }

  /**
   * Advances to the end of a prompt that is likely to be asked for, so that the request finds the state there.
   * @returns the tokens that the model was advanced by
   */
  async warm(request: CompletionRequest, isCancelled: () => boolean): Promise<number> {
    const prompt = this.promptOf(request)(0);
    if (prompt.ids.length === 0) return 0;
    const { end, advanced } = await prefill(this.prefiller, prompt.ids, boundariesOf(prompt), isCancelled);
    end?.state.release();
    return advanced;
  }

  private promptOf(request: CompletionRequest): (tailLines: number) => Prompt {
    const { tokenizer, format } = this.model;
    const prefix = request.context.prefix.slice(
      0,
      -unfinishedWord(request.context.prefix).length || undefined,
    );
    const context = { ...request.context, prefix };
    return (tailLines) => buildPrompt(context, { ...request, tailLines }, format, tokenizer);
  }

  /** Greedy decoding, after the word that stands there already, until the rule, the model or the limit ends it; releases the state. */
  private async decode(
    from: SequenceState,
    firstLogits: Float32Array,
    start: ForcedStart,
    rule: StopRule,
    maxTokens: number,
    isCancelled: () => boolean,
    onToken: () => void,
  ): Promise<StopReason | 'cancelled'> {
    const { session, format } = this.model;
    const stream = new TextStream(start);
    let state = from;
    let logits = firstLogits;
    try {
      for (let count = 0; count < maxTokens;) {
        const isForced = !start.isDone;
        const id = isForced ? start.choose(logits) : greedy(logits, this.forbidden);
        const isEnd = format.endIds.includes(id);
        const piece = isEnd ? '' : stream.push(id);
        // Tokens of the word at the cursor are no part of the suggestion; the one that goes beyond it is.
        if (!isForced || piece !== '') {
          onToken();
          count++;
        }
        if (isEnd) return rule.finish('complete') ?? 'end-token';
        const stop = rule.push(piece);
        if (stop !== undefined) return stop;
        if (isCancelled()) return 'cancelled';
        if (count < maxTokens) ({ state, logits } = await session.advance(state, [id], 'last'));
      }
      return rule.finish('cut-short') ?? 'max-tokens';
    } finally {
      state.release();
    }
  }

  /** Forgets every checkpoint. */
  forget(): void {
    this.prefiller.checkpoints.clear();
  }
}

/**
 * Where states are kept on the way: the end of the suffix, which lasts until the text below the cursor changes; the start of
 * the cursor's line; and the last token but one before the cursor, since what is typed next can change the last one.
 */
function boundariesOf(prompt: Prompt): number[] {
  const lineStart = prompt.lineStarts.at(-1) ?? prompt.prefixStart;
  return [...new Set([prompt.suffixEnd, lineStart, prompt.prefixEnd - 1])].sort((a, b) => a - b);
}
