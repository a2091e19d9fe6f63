import { BadInputError } from '../errors.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import { FIM_FORMATS, type FimFormatName, type FimLayout, type Part } from './formats.ts';

/** A layout whose markers have been found in a vocabulary. */
export interface FimFormat {
  name: FimFormatName;
  layout: FimLayout;
  /** Generation ends at any of these ids. */
  endIds: readonly number[];
}

const markersOf = (parts: readonly Part[]): Extract<Part, { marker: unknown }>[] =>
  parts.flatMap((part) => ('parts' in part ? markersOf(part.parts) : 'marker' in part ? [part] : []));

/** The first marker of a layout that a vocabulary has not; undefined if it can be used. */
function missing(layout: FimLayout, tokenizer: Tokenizer): string | undefined {
  const known = (pieces: readonly string[]): boolean =>
    pieces.some((piece) => tokenizer.special(piece) !== undefined);
  return markersOf(layout.parts).find((part) => part.optional !== true && !known(part.marker))?.marker[0];
}

/** The formats that a vocabulary has the markers of, the one that is chosen by itself first. */
export function possibleFimFormats(tokenizer: Tokenizer): FimFormatName[] {
  const possible = FIM_FORMATS.filter((layout) => missing(layout, tokenizer) === undefined);
  return [...new Set(possible.map(({ name }) => name))];
}

/**
 * Chooses how prompts are laid out for a model.
 * @param name a format's name where the user or measuring says it; otherwise the special tokens decide
 * @throws BadInputError if there is no such format, or the vocabulary lacks its markers
 */
export function chooseFimFormat(tokenizer: Tokenizer, name?: string): FimFormat {
  const candidates = FIM_FORMATS.filter((layout) =>
    name === undefined ? layout.onlyByName !== true : layout.name === name,
  );
  const layout = candidates.find((candidate) => missing(candidate, tokenizer) === undefined) ?? candidates[0];
  if (layout === undefined) {
    throw new BadInputError({
      source: 'fill-in-the-middle format',
      expected: `one of ${[...new Set(FIM_FORMATS.map((format) => format.name))].join(', ')}`,
      found: JSON.stringify(name),
      action: 'Choose one of these, or none so that it is taken from the vocabulary.',
    });
  }
  const marker = missing(layout, tokenizer);
  if (marker !== undefined) {
    throw new BadInputError({
      source: 'fill-in-the-middle format',
      field: layout.name,
      expected: `a vocabulary with the special token ${marker}`,
      found: 'a vocabulary without it',
      action: 'Choose another format, or none so that it is taken from the vocabulary.',
    });
  }
  const endIds = layout.ends.flatMap((piece) => tokenizer.special(piece) ?? []);
  return { name: layout.name, layout, endIds };
}
