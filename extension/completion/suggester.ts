import {
  EngineGoneError,
  type Account,
  type CompletionContext,
  type CompletionRequest,
  type Engine,
  type NoCompletionReason,
} from '../../engine/index.ts';
import { filterSuggestion, type Suggestion } from './filters/index.ts';
import type { Latency } from './latency.ts';
import type { Suggestions } from './suggestions.ts';

export type Offer =
  | {
      kind: 'offered';
      suggestion: Suggestion;
      /** What else could be said here, the likelier first. */
      others: readonly Suggestion[];
      from: 'engine';
      /** Whether its end is where the time was used up. */
      isCutShort?: boolean;
      account: Account;
    }
  | { kind: 'offered'; suggestion: Suggestion; from: 'kept'; others?: undefined; account?: undefined }
  | { kind: 'none'; reason: string; account?: Account };

/** So many texts more than are shown where several are asked for: the filters leave out some. */
const SPARES = 1;

/** The reason of a request that a newer one replaced. */
export const CANCELLED = 'cancelled by a newer request';

export interface Wish {
  request: CompletionRequest;
  /** Asked for while typing: waits for the next key, and prefers what is known. */
  automatic: boolean;
  /** Setting `debounce`: ms, below zero to adapt. */
  debounce: number;
}

export interface SuggesterParts {
  /** The engine, opened if need be; undefined if there is none, and then the reason. */
  engine(): Promise<Engine | { unavailable: string }>;
  /** The engine's worker is gone. */
  died(engine: Engine, error: unknown): void;
  /** One request has met a bug; the engine goes on. */
  failed(error: unknown): void;
  pause(ms: number, signal: AbortSignal): Promise<void>;
  suggestions: Suggestions;
  latency: Latency;
}

const none = (reason: string, account?: Account): Offer =>
  account === undefined ? { kind: 'none', reason } : { kind: 'none', reason, account };

/** From a context to what is worth showing: what is known already, or else the engine's answer. */
export class Suggester {
  private running: AbortController | undefined;

  constructor(private readonly parts: SuggesterParts) {}

  /** The newest call wins: an older one that still runs ends as cancelled. */
  async suggest(wish: Wish, cancelled: AbortSignal): Promise<Offer> {
    this.running?.abort();
    const known = this.known(wish.request.context);
    // Who asks by command wants to see what else there is.
    if (known !== undefined && wish.automatic) return known;

    const running = new AbortController();
    this.running = running;
    const signal = AbortSignal.any([running.signal, cancelled]);
    const { latency } = this.parts;
    if (wish.automatic) await this.parts.pause(latency.debounce(wish.debounce), signal);
    if (signal.aborted) return none(CANCELLED);

    const engine = await this.parts.engine();
    if ('unavailable' in engine) return none(engine.unavailable);
    if (aborted(signal)) return none(CANCELLED);
    return this.ask(engine, wish.request, signal);
  }

  private known(context: CompletionContext): Offer | undefined {
    const known = this.parts.suggestions.find(context);
    if (known === undefined) return undefined;
    const offer = this.filtered(known.text, context);
    if (offer.kind === 'none') return known.kind === 'exact' ? offer : undefined;
    return { kind: 'offered', suggestion: offer.suggestion, from: 'kept' };
  }

  private async ask(engine: Engine, request: CompletionRequest, signal: AbortSignal): Promise<Offer> {
    const { context, alternatives: wanted = 1 } = request;
    const { suggestions, latency } = this.parts;
    let result;
    try {
      const alternatives = wanted > 1 ? wanted + SPARES : 1;
      result = await engine.complete({ ...request, alternatives }, signal);
    } catch (error) {
      if (error instanceof EngineGoneError) {
        this.parts.died(engine, error);
        return none('the engine has stopped');
      }
      this.parts.failed(error);
      return none('the engine failed at this request');
    }
    const { account } = result;
    if (result.kind === 'none') {
      if (isLasting(result.reason)) suggestions.remember(context, []);
      return none(saidNothing[result.reason], account);
    }
    // Nothing was computed where the suggestion was typed along.
    if (account.totalMs > 0) latency.measured(account.totalMs);
    const texts = [result.text, ...result.alternatives];
    suggestions.remember(context, texts);
    if (signal.aborted) return none(CANCELLED, account);
    const filtered = texts.map((text) => this.filtered(text, context));
    const [suggestion, ...others] = distinct(
      filtered.flatMap((one) => (one.kind === 'offered' ? [one.suggestion] : [])),
    ).slice(0, wanted);
    const isCutShort = result.stop === 'time';
    if (suggestion !== undefined)
      return { kind: 'offered', suggestion, others, from: 'engine', isCutShort, account };
    const reason = filtered[0]?.kind === 'none' ? filtered[0].reason : saidNothing.empty;
    return none(reason, account);
  }

  private filtered(
    text: string,
    context: CompletionContext,
  ): { kind: 'offered'; suggestion: Suggestion } | { kind: 'none'; reason: string } {
    if (text === '') return { kind: 'none', reason: saidNothing.empty };
    const suggestion = filterSuggestion(text, context);
    if ('dropped' in suggestion) return { kind: 'none', reason: suggestion.dropped };
    if (this.parts.suggestions.isJustAccepted(context, suggestion.text))
      return { kind: 'none', reason: 'the same was accepted just now' };
    return { kind: 'offered', suggestion };
  }
}

const saidNothing = {
  cancelled: CANCELLED,
  empty: 'the model has nothing to say here',
  'repeats-suffix': 'repeats the text below',
  unlikely: 'nothing is likely enough here',
  declared: 'what it suggests is declared already',
  closed: 'the engine was closed',
} as const;

/** Whether the same is to be expected when the place is asked about again. What is unlikely now may be likely when more of the project is known. */
const isLasting = (reason: NoCompletionReason): boolean =>
  reason !== 'cancelled' && reason !== 'closed' && reason !== 'unlikely';

/** Texts that the filters have made the same are one. */
function distinct(suggestions: readonly Suggestion[]): Suggestion[] {
  return suggestions.filter(
    ({ text, replaces }, at) =>
      suggestions.findIndex((other) => other.text === text && other.replaces === replaces) === at,
  );
}

/** A call, so that control flow analysis does not take the flag for unchanged across an await. */
const aborted = (signal: AbortSignal): boolean => signal.aborted;
