import type { Completer } from '../../completion/completer.ts';
import type { CompletionRequest } from '../../completion/request.ts';
import { languageOf } from '../../prompt/index.ts';
import type { Span } from './spans.ts';

/** What is compared. */
export const SYSTEMS = ['cache', 'model', 'both'] as const;
export type System = (typeof SYSTEMS)[number];

/** What a system says at a place. */
export interface Answer {
  text: string;
  /** Laying out the prompt and generating, without reading the prompt. */
  ms: number;
  confidence: number;
}

export const NOTHING: Answer = { text: '', ms: 0, confidence: 0 };

export const WINDOW = { prefixTokens: 1500, suffixTokens: 500 };
const never = (): boolean => false;

export function requestAt(span: Pick<Span, 'kind' | 'path' | 'prefix' | 'suffix'>): CompletionRequest {
  const { path, prefix, suffix, kind } = span;
  const context = { prefix, suffix, prefixOffset: 0, path, languageId: languageOf(path) };
  const lines = kind === 'lines' ? 'multiple' : 'single';
  return { context, document: path, lines, maxTokens: 64, bridges: false, ...WINDOW };
}

export async function answer(
  completer: Completer,
  system: System,
  request: CompletionRequest,
): Promise<Answer> {
  const started = performance.now();
  const result =
    system === 'cache'
      ? completer.completeFromCache(request)
      : await completer.complete({ ...request, mixes: system === 'both' }, never);
  const ms = performance.now() - started - result.account.prefillMs;
  return result.kind === 'completion'
    ? { text: result.text, ms, confidence: result.confidence }
    : { ...NOTHING, ms };
}
