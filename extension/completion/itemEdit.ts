import type { Place } from './documentView.ts';
import type { Suggestion } from './filters/index.ts';
import type { SelectedCompletion } from './selectedCompletion.ts';

/** What an inline completion item does: replace a part of the cursor's line. */
export interface ItemEdit {
  text: string;
  line: number;
  startCharacter: number;
  endCharacter: number;
}

export interface Surroundings {
  place: Place;
  /** The cursor's line before the cursor. */
  linePrefix: string;
  /** The entry selected in the suggestion list, if that is open. */
  selected: SelectedCompletion | undefined;
  lineEnd: '\n' | '\r\n';
}

/**
 * The edit of an item. It replaces the line from its start, so that the editor can keep showing it while characters are
 * deleted; with the suggestion list open it replaces what the selected entry replaces, or the editor would not show it.
 */
export function itemEdit(suggestion: Suggestion, around: Surroundings): ItemEdit {
  const { place, linePrefix, selected, lineEnd } = around;
  const text = suggestion.text.replaceAll('\n', lineEnd);
  if (selected !== undefined) {
    const { start, end } = selected.range;
    return {
      text: selected.text + text,
      line: place.line,
      startCharacter: start.character,
      endCharacter: end.character + suggestion.replaces,
    };
  }
  return {
    text: linePrefix + text,
    line: place.line,
    startCharacter: 0,
    endCharacter: place.character + suggestion.replaces,
  };
}
