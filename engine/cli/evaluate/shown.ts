import { leftOf } from '../../completion/left-of.ts';
import { filterSuggestion, type Suggestion } from '../../../extension/completion/filters/index.ts';
import type { CompletionContext } from '../../prompt/index.ts';

/** What was said at one request, as much of it as is shown, and what the user then wrote. */
export interface Said {
  context: CompletionContext;
  /** Whether the editor asks there. */
  isAsked: boolean;
  text: string;
  confidence: number;
  typed: string;
  ms: number;
}

type Offered = Pick<CompletionContext, 'prefix' | 'suffix' | 'path'> & { text: string };

/**
 * The texts that would have been on the screen at each request of a session, and what was then written there, with what they replace.
 * As in the editor, the filters have a say, and what is typed along stays until it is used up or contradicted; only then is the next
 * answer looked at.
 */
export function shownOf(answers: readonly Said[]): { text: string; typed: string }[] {
  const offered: Offered[] = [];
  return answers.flatMap((said) => {
    if (!said.isAsked) return [];
    const { context, typed } = said;
    const left = kept(offered, context);
    let shown = left === undefined ? undefined : filtered(left, context);
    if (shown === undefined) {
      offered.push({ ...context, text: said.text });
      shown = filtered(said.text, context);
    }
    if (shown === undefined) return [];
    const replaced = (context.suffix.split('\n')[0] ?? '').slice(0, shown.replaces);
    return [{ text: shown.text, typed: typed + replaced }];
  });
}

/** A text as the editor shows it; undefined if it does not. */
function filtered(text: string, context: CompletionContext): Suggestion | undefined {
  const suggestion = text === '' ? undefined : filterSuggestion(text, context);
  return suggestion === undefined || 'dropped' in suggestion ? undefined : suggestion;
}

/** What is left of the newest that was offered and fits here. */
function kept(offered: readonly Offered[], context: CompletionContext): string | undefined {
  for (const one of offered.toReversed()) {
    const left = one.text !== '' && one.path === context.path ? leftOf(one, context) : undefined;
    if (left !== undefined) return left;
  }
  return undefined;
}
