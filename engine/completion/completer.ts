import { type LocalCache, type Mixing, unfinishedWord } from '../decoding/index.ts';
import type { Prompt } from '../prompt/index.ts';
import { ChunkSizer } from '../runtime/chunk-sizer.ts';
import type { ModelSession } from '../runtime/model-session.ts';
import { Speed } from '../runtime/speed.ts';
import { CheckpointTree } from '../state/checkpoint-tree.ts';
import type { StateFiles } from '../state/state-files.ts';
import { answerOf } from './answer.ts';
import { DocumentStates } from './document-states.ts';
import { prefill, type Prefilled, type Prefiller, type PrefillOptions } from './prefill.ts';
import { type PromptModel, Prompts } from './prompts.ts';
import type { CompletionRequest } from './request.ts';
import { emptyAccount, type CompletionResult, type NoCompletionReason } from './result.ts';
import { type Control, TextGenerator } from './text-generator.ts';
import type { WindowedPrompt } from './windows.ts';

/** How long a prefill chunk may take: a cancelled request is to stop within 50 ms, also on a machine that is three times slower for a moment. */
const CHUNK_MS = 15;
/** Tokens before the cursor that a typing session comes back to: with 256, two thirds of the waiting that all of the prompt saves. */
const MOST_LOG_TOKENS = 256;
/** The share of the memory that one prompt's logs may take. */
const LOG_SHARE = 0.25;

/** Of a long prompt: 1,500 and 500 of context, by default. Where states grow with their tokens it says how large one is. */
export const PROMPT_TOKENS = 2048;

/** What a completer needs of a loaded model. */
export interface CompletionModel extends PromptModel {
  session: ModelSession;
}

export interface CompleterOptions {
  /** Where states outlive the completer. */
  files?: StateFiles | undefined;
  /** Whether to guess tokens by prompt lookup; on by default. */
  speculates?: boolean | undefined;
  /** How fast the model is, as far as that is known already. */
  speed?: Speed | undefined;
  /** The clock that decoding goes by, in ms. */
  now?: (() => number) | undefined;
  /** Text of the project: to guess tokens by, and to mix with what the model says if `mixes`; the document's alone, to guess by, where it is left out. */
  cache?: LocalCache | undefined;
  mixes?: boolean | undefined;
}

/** Completes at cursors with one model, one request at a time. */
export class Completer {
  private readonly prefiller: Prefiller;
  private readonly documents: DocumentStates;
  private readonly prompts: Prompts;
  private readonly now: () => number;
  private readonly generator: TextGenerator;
  /** Text of the project, as far as it is known. */
  readonly cache: LocalCache | undefined;

  constructor(
    private readonly model: CompletionModel,
    /** Most memory for states and logs of all documents together, in bytes. */
    budgetBytes: number,
    {
      files,
      speculates = true,
      speed = new Speed(),
      now = () => performance.now(),
      cache,
      mixes = false,
    }: CompleterOptions = {},
  ) {
    const { session } = model;
    this.cache = cache;
    const { stateBytes, logBytes } = session;
    const promptBytes = PROMPT_TOKENS * session.keyBytes;
    const tree = new CheckpointTree({ budgetBytes, stateBytes, promptBytes, logBytes }, (log) => {
      session.recycle(log);
    });
    this.prefiller = {
      session,
      tree,
      chunks: new ChunkSizer(CHUNK_MS, speed),
      logTokens: Math.min(MOST_LOG_TOKENS, Math.floor((budgetBytes * LOG_SHARE) / logBytes)),
    };
    this.documents = new DocumentStates(session, tree, files);
    this.prompts = new Prompts(model, tree, speed);
    this.now = now;
    this.generator = new TextGenerator(model, {
      speculates,
      cache,
      mixes,
      keep: (kept, document, log) => {
        tree.put(kept, { document, isWarming: false }, { log });
      },
    });
  }

  /** How text is mixed with what the model says; undefined where it is not. */
  get mixing(): Mixing | undefined {
    return this.generator.mixing;
  }

  /** Memory of all states and logs that are kept, in bytes. */
  get stateBytes(): number {
    return this.prefiller.tree.bytes;
  }

  /**
   * @param isCancelled asked before every run of the model
   * @param said told the text so far, after each token
   */
  async complete(
    request: CompletionRequest,
    isCancelled: () => boolean,
    said: (text: string) => void = () => undefined,
  ): Promise<CompletionResult> {
    const started = performance.now();
    const account = emptyAccount();
    const none = (reason: NoCompletionReason): CompletionResult => {
      account.totalMs = performance.now() - started;
      return { kind: 'none', reason, account };
    };
    const { prompt, halvings } = await this.prompts.toAnswer(request, this.loading(request.document));
    account.promptMs = performance.now() - started;
    account.halvings = halvings;
    account.tailLines = prompt.tailLines;
    account.recentSteps = prompt.recentSteps;
    // A model without any markers has nothing to go on at the start of a file.
    if (prompt.ids.length === 0) return none('empty');
    const { end, ...cost } = await this.prefill(prompt, {
      document: request.document,
      isWarming: false,
      isCancelled,
    });
    account.prefillMs = performance.now() - started - account.promptMs;
    Object.assign(account, cost, { promptTokens: prompt.ids.length });
    if (end === undefined) return none('cancelled');

    const decodingFrom = this.now();
    const control: Control = {
      isCancelled,
      timeUsed: () => (this.now() - decodingFrom) / (request.decodeMs ?? Infinity),
      said,
      onToken: () => {
        account.generatedTokens++;
        if (account.generatedTokens === 1) account.firstTokenMs = performance.now() - started;
      },
    };
    try {
      const writers = await this.generator.write({ request, prompt, end, control, account });
      if (writers === undefined) return none('cancelled');
      account.totalMs = performance.now() - started;
      account.decodeMs = account.totalMs - account.promptMs - account.prefillMs;
      return answerOf(writers, request, account);
    } catch (error) {
      // Logits of which none can be chosen come from a state that is broken.
      this.prefiller.tree.drop(request.document);
      throw error;
    }
  }

  /** Completes from the text of the document and of the project alone, without the model. */
  completeFromCache(request: CompletionRequest): CompletionResult {
    const started = performance.now();
    const account = emptyAccount();
    const writer = this.generator.writerOf(request)();
    while (writer.stop === undefined) writer.push(writer.choose(undefined));
    account.totalMs = performance.now() - started;
    account.generatedTokens = writer.count;
    return answerOf([writer], request, account);
  }

  /**
   * What the model says along a text that stands at the cursor.
   * @returns the tokens of the word at the cursor and the text, and the logits before each of them and after the last: [ids + 1, vocabulary]
   */
  async along(request: CompletionRequest, text: string): Promise<{ ids: number[]; logits: Float32Array }> {
    const { session, tokenizer } = this.model;
    const prompt = this.prompts.plain(request);
    const { end } = await this.prefill(prompt, {
      document: request.document,
      isWarming: false,
      isCancelled: () => false,
    });
    if (end === undefined) throw new Error('a prefill that nobody cancelled was cancelled');
    const ids = tokenizer.encode(unfinishedWord(request.context.prefix) + text, { dummyPrefix: false });
    const size = session.vocabularySize;
    const logits = new Float32Array((ids.length + 1) * size);
    logits.set(end.logits);
    const run = await session.advance(end.state, ids, 'all');
    logits.set(run.logits, size);
    run.state.release();
    return { ids, logits };
  }

  /**
   * Advances to the end of a prompt that is likely to be asked for, so that the request finds the state there. If that shows a part
   * of the window only, it goes on to one with twice of it, and so on.
   * @returns the tokens that the model was advanced by
   */
  async warm(request: CompletionRequest, isCancelled: () => boolean): Promise<number> {
    const options = { document: request.document, isWarming: true, isCancelled };
    let next: WindowedPrompt | undefined = await this.prompts.toWarm(request, this.loading(request.document));
    let advanced = 0;
    while (next !== undefined && next.prompt.ids.length > 0) {
      const { end, advancedTokens } = await this.prefill(next.prompt, options);
      advanced += advancedTokens;
      if (end === undefined) break;
      end.state.release();
      next = this.prompts.deepened(request, next.halvings);
    }
    return advanced;
  }

  /** Keeps on disk, where there is a folder for it, what a document needs to start warm; {@link written} says when it is there. */
  save(document: string): Promise<void> {
    return this.documents.save(document);
  }

  /** When everything that was saved is on disk. */
  written(): Promise<void> {
    return this.documents.written();
  }

  /** Forgets a document's states. */
  drop(document: string): void {
    this.documents.drop(document);
    this.prompts.forget(document);
  }

  /** A file of the project is as given, or gone where `text` is undefined: done in parts, of which the last one counts. */
  *learning(name: string, text: string | undefined): Generator<undefined, void> {
    if (text === undefined) this.cache?.remove(name);
    else if (this.cache !== undefined) yield* this.cache.putting(name, text);
  }

  /** Documents that are worth saving, the last used first. */
  get used(): readonly string[] {
    return this.documents.used;
  }

  /** Forgets everything. */
  forget(): void {
    this.documents.clear();
    this.prompts.forget();
    this.generator.forget();
  }

  private loading(document: string): (prompt: Prompt) => Promise<void> {
    return (prompt) => this.documents.begin(prompt, { document, isWarming: true });
  }

  private async prefill(prompt: Prompt, options: PrefillOptions): Promise<Prefilled> {
    await this.documents.begin(prompt, options);
    return prefill(this.prefiller, prompt, options);
  }
}
