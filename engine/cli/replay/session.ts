import type { Completer } from '../../completion/completer.ts';
import type { CompletionRequest } from '../../completion/request.ts';
import { contextOf, type Document } from './document.ts';
import { Documents } from './documents.ts';
import type { TraceEvent } from './trace.ts';

/** As in the editor: keys that move the cursor come in bursts, and the place where it stays is the one to prepare for. */
const SETTLE_MS = 5;

export interface ReplayOptions {
  prefixTokens: number;
  suffixTokens: number;
  /** Whether the engine prepares for requests while nobody waits. */
  warming: boolean;
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

/**
 * Sends a session's requests to a completer, each for one token, and cancelled ones too.
 *
 * Time is the session's own: nothing sleeps. In real time a virtual clock says when the engine is free, by measured times; warming
 * has the time until the session's next event, and what it takes beyond that the next request waits for.
 */
export async function replaySession(
  source: string,
  events: readonly TraceEvent[],
  completer: Completing,
  options: ReplayOptions,
): Promise<ReplayedRequest[]> {
  const { prefixTokens, suffixTokens, warming, realtime } = options;
  const documents = new Documents(source);
  const requestAt = (document: Document): CompletionRequest => {
    const context = contextOf(document);
    return { context, document: document.path, lines: 'auto', maxTokens: 1, prefixTokens, suffixTokens };
  };
  const requests: ReplayedRequest[] = [];
  let now = 0;
  let freeAt = 0;
  let lateTokens = 0;
  for (const [index, event] of events.entries()) {
    // Some of a recorded session's events are a little out of order; time never goes back.
    now = Math.max(now, event.t);
    const document = documents.apply(event);
    if (document === undefined) continue;
    let warmFrom = Infinity;
    if (event.kind === 'request') {
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
      // The keystrokes that follow are cheaper in the plain layout.
      if (account.tailLines > 0) warmFrom = freeAt;
    } else if (event.kind === 'select' || event.kind === 'open') warmFrom = now + SETTLE_MS;

    const until = Math.max(now, events[index + 1]?.t ?? Infinity);
    const start = realtime ? Math.max(warmFrom, freeAt) : Math.min(warmFrom, until);
    if (!warming || warmFrom === Infinity || (event.kind !== 'request' && warmFrom > until)) continue;
    if (start > until) continue;
    const began = performance.now();
    const spent = (): number => performance.now() - began;
    const advanced = await completer.warm(requestAt(document), () => realtime && start + spent() > until);
    const took = spent();
    freeAt = start + took;
    const late = Math.max(0, freeAt - until);
    lateTokens = realtime && took > 0 ? Math.round(advanced * Math.min(1, late / took)) : 0;
  }
  return requests;
}
