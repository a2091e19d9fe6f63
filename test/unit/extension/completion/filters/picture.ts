import type { CompletionContext } from '../../../../../engine/index.ts';
import { filterSuggestion } from '../../../../../extension/completion/filters/index.ts';
import type { Filter } from '../../../../../extension/completion/filters/filter.ts';

/** A document with its cursor at `█`. */
export function contextOf(picture: string, languageId = 'typescript'): CompletionContext {
  const at = picture.indexOf('█');
  return {
    prefix: picture.slice(0, at),
    suffix: picture.slice(at + 1),
    prefixOffset: 0,
    path: 'src/a.ts',
    languageId,
  };
}

/** The document after acceptance with the cursor at `█`, or `dropped: reason`. Without a filter: the whole pipeline. */
export function after(picture: string, text: string, filter?: Filter, languageId?: string): string {
  const context = contextOf(picture, languageId);
  const result =
    filter === undefined ? filterSuggestion(text, context) : filter({ text, replaces: 0 }, context);
  if ('dropped' in result) return `dropped: ${result.dropped}`;
  return `${context.prefix}${result.text}█${context.suffix.slice(result.replaces)}`;
}
