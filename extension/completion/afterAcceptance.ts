import type { CompletionContext } from '../../engine/index.ts';
import type { Suggestion } from './filters/index.ts';

/** What stands around the cursor once this suggestion is accepted: the next request is likely to ask there. */
export function afterAcceptance(
  context: CompletionContext,
  { text, replaces }: Suggestion,
): CompletionContext {
  return { ...context, prefix: context.prefix + text, suffix: context.suffix.slice(replaces) };
}
