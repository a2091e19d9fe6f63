import type { CompletionContext } from '../../engine/index.ts';
import type { Place } from './documentView.ts';

/** The entry that is selected in the suggestion list: a `vscode.SelectedCompletionInfo` is one. */
export interface SelectedCompletion {
  readonly range: { readonly start: Place; readonly end: Place };
  readonly text: string;
}

export type Selected = { kind: 'context'; context: CompletionContext } | { kind: 'none'; reason: string };

/** The context as if the selected entry were typed already: the editor shows only suggestions that extend it. */
export function selectedCompletion(
  context: CompletionContext,
  place: Place,
  selected: SelectedCompletion,
): Selected {
  const { start, end } = selected.range;
  if (start.line !== place.line || end.line !== place.line)
    return { kind: 'none', reason: 'the selected entry of the list replaces several lines' };
  if (start.character > place.character || end.character < place.character)
    return { kind: 'none', reason: 'the selected entry of the list replaces text away from the cursor' };
  const removed = place.character - start.character;
  return {
    kind: 'context',
    context: {
      ...context,
      prefix:
        context.prefix.slice(0, context.prefix.length - removed) + selected.text.replaceAll('\r\n', '\n'),
      suffix: context.suffix.slice(end.character - place.character),
    },
  };
}
