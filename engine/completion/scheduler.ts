import { setImmediate as messages } from 'node:timers/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Completer } from './completer.ts';
import { agrees, typedSince } from './continues.ts';
import type { CompletionRequest } from './request.ts';
import { emptyAccount, type CompletionResult } from './result.ts';

/**
 * How long a cancelled request goes on: editors cancel at each key, and the request for the next place comes after the
 * debounce, perhaps to take over what is running.
 */
const GRACE_MS = 150;
/** Places to prepare for, the newest first. */
const MOST_WARMINGS = 3;
/** Without work for so long, states of what was used last are saved: two files of a state each, so not at every pause. */
const IDLE_MS = 30_000;

/** Documents that are saved at the end, and how long that may take: an editor gives an extension five seconds to close. */
const MOST_SAVED = 4;
const SAVING_MS = 2000;

/** How a program that is about to end and work under way get along. */
export interface Exit {
  readonly isExiting: boolean;
  computing<T>(work: () => Promise<T>): Promise<T>;
}

const NO_EXIT: Exit = { isExiting: false, computing: (work) => work() };

/** A request that is being computed, or was the last one to be. */
interface Run {
  request: CompletionRequest;
  /** The text so far. */
  text: string;
  /** What had been typed since when it was asked for last. */
  typed: string;
  /** Who asked for it last: all others are told that theirs was cancelled. */
  owner: symbol;
  result: Promise<CompletionResult>;
  isDone: boolean;
  isWanted: boolean;
  /** When a run that nobody wants is to end. */
  endsAt: number;
}

type Completing = Pick<
  Completer,
  'complete' | 'warm' | 'save' | 'written' | 'drop' | 'used' | 'forget' | 'learning'
>;

/**
 * Orders what is asked of a completer, which does one thing at a time: the newest request first, warming when nothing is asked,
 * reading the project's files when nothing is left to warm, and saving after that. Everything gives way to a request within one run of the model.
 */
export class Scheduler {
  private run: Run | undefined;
  /** The end of the newest work; work runs one after the other. */
  private last: Promise<unknown> = Promise.resolve();
  private warmings: CompletionRequest[] = [];
  /** Files of the project that are to be taken in, or forgotten. */
  private readonly files = new Map<string, string | undefined>();
  /** Counts what was asked for: whatever nobody waits for gives way to all of it. */
  private turn = 0;
  private idle: ReturnType<typeof setTimeout> | undefined;
  private isClosed = false;

  constructor(
    private readonly completer: Completing,
    private readonly exit: Exit = NO_EXIT,
  ) {}

  /**
   * Completes; a newer request, or aborting the signal, cancels an older one, unless what was typed in between continues it.
   * @throws whatever a bug throws; later requests are not affected
   */
  async complete(request: CompletionRequest, signal: AbortSignal): Promise<CompletionResult> {
    this.begin();
    this.warmings = [];
    const taken = this.takeOver(request);
    if (taken?.isDone === true) this.workWhileIdle();
    const result = taken === undefined ? undefined : await this.until(taken, signal);
    if (result !== undefined) return result;
    return (await this.until(this.start(request), signal)) ?? cancelled();
  }

  /** Prepares for a request that may come. The newest place comes first. */
  warm(request: CompletionRequest): void {
    this.begin();
    const others = this.warmings.filter((other) => typedSince(other, request) !== '');
    this.warmings = [request, ...others].slice(0, MOST_WARMINGS);
    this.workWhileIdle();
  }

  /**
   * Does a piece of work that can wait. It gives way to whatever is asked, and is begun again when there is time.
   * @param work undefined where it gave way
   * @returns undefined if it was aborted, or everything ends
   */
  async spare<T>(
    work: (isCancelled: () => boolean) => Promise<T | undefined>,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    while (!this.isClosed && !signal.aborted && !this.exit.isExiting) {
      const result = await this.enqueue(() => {
        const { turn } = this;
        return work(() => this.turn !== turn || signal.aborted || this.exit.isExiting);
      });
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** A document was closed. */
  closed(document: string): void {
    this.warmings = this.warmings.filter((request) => request.document !== document);
    if (this.run?.request.document === document) this.run = undefined;
    this.spareWork(async () => {
      await this.completer.save(document);
      this.completer.drop(document);
    });
  }

  /** A file of the project is as given, or gone where `text` is undefined. */
  file(name: string, text: string | undefined): void {
    this.files.delete(name);
    this.files.set(name, text);
    if (this.files.size === 1) this.workWhileIdle();
  }

  /** Ends what is running, saves what there is and forgets it. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.begin();
    if (this.run !== undefined) Object.assign(this.run, { isWanted: false, endsAt: 0 });
    clearTimeout(this.idle);
    await this.enqueue(async () => {
      for (const document of this.completer.used.slice(0, MOST_SAVED)) await this.completer.save(document);
      await Promise.race([this.completer.written(), sleep(SAVING_MS, undefined, { ref: false })]);
      this.completer.forget();
    });
  }

  private begin(): void {
    this.turn++;
    clearTimeout(this.idle);
  }

  /** The run that gives what this request asks for, or undefined. */
  private takeOver(request: CompletionRequest): Run | undefined {
    const { run } = this;
    if (run === undefined) return undefined;
    const typed = typedSince(run.request, request);
    if (typed === undefined || !agrees(run.text, typed)) return undefined;
    // Who asks for the same again wants to have it computed again.
    if (run.isDone && typed === '') return undefined;
    run.typed = typed;
    run.isWanted = true;
    run.endsAt = Infinity;
    run.owner = Symbol();
    return run;
  }

  private start(request: CompletionRequest): Run {
    const before = this.run;
    if (before !== undefined) Object.assign(before, { isWanted: false, endsAt: 0 });
    const run: Run = {
      request,
      text: '',
      typed: '',
      owner: Symbol(),
      result: Promise.resolve(cancelled()),
      isDone: false,
      isWanted: true,
      endsAt: Infinity,
    };
    const isCancelled = (): boolean =>
      this.exit.isExiting ||
      !agrees(run.text, run.typed) ||
      (!run.isWanted && performance.now() >= run.endsAt);
    run.result = this.enqueue(() =>
      this.completer.complete(request, isCancelled, (text) => {
        run.text = text;
      }),
    );
    // Whoever waits for it is told.
    run.result.then(
      (result) => {
        run.isDone = true;
        if (this.run === run && leavesWork(request, result)) this.warmings.push(request);
        this.workWhileIdle();
      },
      () => {
        if (this.run === run) this.run = undefined;
      },
    );
    this.run = run;
    return run;
  }

  /** The end of a run for whoever asks for it now; undefined if it says something else than what was typed, or ended too early. */
  private async until(run: Run, signal: AbortSignal): Promise<CompletionResult | undefined> {
    const { typed, owner, isDone: wasDone } = run;
    const result = await untilAborted(run.result, signal);
    const isOwner = run.owner === owner;
    if (result === undefined && isOwner)
      Object.assign(run, { isWanted: false, endsAt: Math.min(run.endsAt, performance.now() + GRACE_MS) });
    if (result === undefined || signal.aborted || !isOwner || this.run !== run) return cancelled();
    // Nothing to say is said of the place that was asked about.
    if (result.kind === 'none') return result.reason === 'cancelled' || typed !== '' ? undefined : result;
    return typed === '' ? result : withoutTyped(result, typed, wasDone);
  }

  private workWhileIdle(): void {
    if (this.isClosed) return;
    const { turn } = this;
    this.spareWork(async () => {
      const isCancelled = (): boolean => this.turn !== turn || this.exit.isExiting;
      while (this.warmings.length > 0 && !isCancelled()) {
        const [request] = this.warmings;
        // Nobody waits for it: what is wrong with it shows when the request itself comes.
        if (request !== undefined) await this.completer.warm(request, isCancelled).catch(() => undefined);
        if (!isCancelled()) this.warmings = this.warmings.filter((other) => other !== request);
      }
      await this.learnFiles(isCancelled);
      if (isCancelled()) return;
      clearTimeout(this.idle);
      this.idle = setTimeout(() => {
        this.saveWhileIdle();
      }, IDLE_MS);
      this.idle.unref();
    });
  }

  /** Takes in files until there are no more, or something else is asked for; then the file begun comes again. */
  private async learnFiles(isCancelled: () => boolean): Promise<void> {
    for (const [name, text] of this.files) {
      const learning = this.completer.learning(name, text);
      for (;;) {
        // A request may have come meanwhile.
        await messages();
        if (isCancelled()) return;
        // It may have changed once more, too.
        if (this.files.get(name) !== text || learning.next().done === true) break;
      }
      if (this.files.get(name) === text) this.files.delete(name);
    }
  }

  private saveWhileIdle(): void {
    const { turn } = this;
    this.spareWork(async () => {
      const [document] = this.completer.used;
      if (this.turn === turn && document !== undefined) await this.completer.save(document);
    });
  }

  /** Work that nobody waits for: what goes wrong with it shows when a request meets it. */
  private spareWork(work: () => Promise<void>): void {
    this.enqueue(work).catch(() => undefined);
  }

  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(() => this.exit.computing(work));
    this.last = done.catch(() => undefined); // Whoever asked for it is told.
    return done;
  }
}

/** Undefined as soon as the signal is aborted. */
async function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let leave = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    leave = () => {
      resolve(undefined);
    };
  });
  signal.addEventListener('abort', leave);
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/** Whether the keystrokes that follow would be cheaper in the plain layout, or see more in a larger window. */
function leavesWork({ deepens = true }: CompletionRequest, result: CompletionResult): boolean {
  const { tailLines, recentSteps, halvings } = result.account;
  if (result.kind === 'none' && result.reason === 'cancelled') return false;
  return (result.kind === 'completion' && tailLines + recentSteps > 0) || (deepens && halvings > 0);
}

function cancelled(): CompletionResult {
  return { kind: 'none', reason: 'cancelled', account: emptyAccount() };
}

/**
 * What is left of a result after its beginning was typed; undefined if something else was typed.
 * @param wasDone whether there was nothing left to compute
 */
function withoutTyped(
  result: Extract<CompletionResult, { kind: 'completion' }>,
  typed: string,
  wasDone: boolean,
): CompletionResult | undefined {
  if (!result.text.startsWith(typed) || result.text === typed) return undefined;
  const { promptTokens } = result.account;
  const account = wasDone ? { ...emptyAccount(), promptTokens, reusedTokens: promptTokens } : result.account;
  const alternatives = result.alternatives.filter((text) => text.startsWith(typed) && text !== typed);
  return {
    ...result,
    account,
    text: result.text.slice(typed.length),
    steps: result.steps
      .map((step) => ({ ...step, length: step.length - typed.length }))
      .filter(({ length }) => length > 0),
    alternatives: alternatives.map((text) => text.slice(typed.length)),
  };
}
