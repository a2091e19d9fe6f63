import type { Completer } from '../../completion/completer.ts';
import type { CompletionRequest } from '../../completion/request.ts';
import { contextOf, type Document } from './document.ts';
import { Documents } from './documents.ts';
import type { TraceEvent } from './trace.ts';

/** As in the editor: keys that move the cursor come in bursts, and the place where it stays is the one to prepare for. */
const SETTLE_MS = 5;
/** By so much events may be out of order. */
const JITTER_MS = 1000;

export interface ReplayOptions {
  prefixTokens: number;
  suffixTokens: number;
  /** Whether the engine prepares for requests while nobody waits. */
  warming: boolean;
  /** How long a request may wait for its first token; the whole window answers where it is left out. */
  latencyMs?: number;
  /** Whether warming gets only as much computing time as the session's gaps held. */
  realtime: boolean;
}

export interface ReplayedRequest {
  promptTokens: number;
  advancedTokens: number;
  /** Tokens advanced while the request waited, with those of warming that had not given way yet. */
  waitingTokens: number;
  /** To the first token, with the wait for what was still running. */
  firstTokenMs: number;
  tailLines: number;
  /** Memory of all checkpoints after it. */
  stateBytes: number;
  /** Of the trace. */
  line: number;
}

type Completing = Pick<Completer, 'complete' | 'warm' | 'stateBytes'>;
const never = (): boolean => false;

/** A place to prepare for, once the cursor has stayed there. */
interface Warming {
  document: Document;
  at: number;
}

/**
 * Sends a session's requests to a completer, each for one token, and cancelled ones too.
 *
 * Time is the session's own: nothing sleeps. In real time a virtual clock says when the engine is free, by measured times; warming
 * has the time until a request or another place to prepare for, and what it takes beyond that the next request waits for.
 */
export async function replaySession(
  source: string,
  events: readonly TraceEvent[],
  completer: Completing,
  options: ReplayOptions,
): Promise<ReplayedRequest[]> {
  const { prefixTokens, suffixTokens, latencyMs = Infinity, warming, realtime } = options;
  const documents = new Documents(source);
  const requestAt = (document: Document): CompletionRequest => {
    const context = contextOf(document);
    const window = { prefixTokens, suffixTokens, latencyMs };
    return { context, document: document.path, lines: 'auto', maxTokens: 1, ...window };
  };
  const requests: ReplayedRequest[] = [];
  let freeAt = 0;
  let lateTokens = 0;
  let waiting: Warming | undefined;

  /** Prepares from when the engine is free until what comes next. */
  const warm = async ({ document, at }: Warming, until: number): Promise<void> => {
    const start = realtime ? Math.max(at, freeAt) : at;
    if (!warming || start > until) return;
    const began = performance.now();
    const spent = (): number => performance.now() - began;
    const advanced = await completer.warm(requestAt(document), () => realtime && start + spent() > until);
    const took = spent();
    freeAt = start + took;
    const late = Math.max(0, freeAt - until);
    lateTokens = realtime && took > 0 ? Math.round(advanced * Math.min(1, late / took)) : 0;
  };

  const timed = inOrder(events);
  for (const [index, event] of timed.entries()) {
    const now = event.t;
    if (waiting !== undefined && waiting.at <= now) {
      await warm(waiting, interruption(timed, index));
      waiting = undefined;
    }
    const document = documents.apply(event);
    if (document === undefined) continue;
    if (waiting !== undefined && waiting.document.path === document.path) waiting = { ...waiting, document };
    if (event.kind === 'select' || event.kind === 'open') waiting = { document, at: now + SETTLE_MS };
    if (event.kind !== 'request') continue;

    const start = realtime ? Math.max(now, freeAt) : now;
    const { account } = await completer.complete(requestAt(document), never);
    requests.push({
      promptTokens: account.promptTokens,
      advancedTokens: account.advancedTokens,
      waitingTokens: account.advancedTokens + (start > now ? lateTokens : 0),
      firstTokenMs: start - now + account.firstTokenMs,
      tailLines: account.tailLines,
      stateBytes: completer.stateBytes,
      line: event.line,
    });
    freeAt = start + account.totalMs;
    lateTokens = 0;
    // The keystrokes that follow are cheaper in the plain layout, or see more in a larger window.
    if (account.tailLines + account.recentSteps + account.halvings > 0)
      await warm({ document, at: freeAt }, interruption(timed, index + 1));
  }
  return requests;
}

/**
 * Events with times that never go back. Some of a recorded session's are a little out of order; where time goes back by more, the
 * recording was begun anew.
 */
function inOrder(events: readonly TraceEvent[]): TraceEvent[] {
  let now = 0;
  let shift = 0;
  return events.map((event) => {
    if (event.t + shift < now - JITTER_MS) shift = now - event.t;
    now = Math.max(now, event.t + shift);
    return { ...event, t: now };
  });
}

/** When what the engine does of its own accord from `index` on has to give way: to a request, or to another place to prepare for. */
function interruption(events: readonly TraceEvent[], index: number): number {
  for (let at = index; at < events.length; at++) {
    const event = events[at];
    if (event?.kind === 'request') return event.t;
    if (event?.kind === 'select' || event?.kind === 'open') return event.t + SETTLE_MS;
  }
  return Infinity;
}
