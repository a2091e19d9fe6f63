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

/**
 * Chooses how prompts are laid out for a model.
 * @param name a format's name where the user or the model's package says it; otherwise the special tokens decide
 * @throws BadInputError if there is no such format, or the vocabulary lacks its markers
 */
export function chooseFimFormat(tokenizer: Tokenizer, name?: string): FimFormat {
  const known = (pieces: readonly string[]): boolean =>
    pieces.some((piece) => tokenizer.special(piece) !== undefined);
  const missing = (layout: FimLayout): string | undefined =>
    markersOf(layout.parts).find((part) => part.optional !== true && !known(part.marker))?.marker[0];

  const layout =
    name === undefined
      ? FIM_FORMATS.find((candidate) => missing(candidate) === undefined)
      : FIM_FORMATS.find((candidate) => candidate.name === name);
  const names = FIM_FORMATS.map((format) => format.name).join(', ');
  if (layout === undefined) {
    throw new BadInputError({
      source: 'fill-in-the-middle format',
      expected: `one of ${names}`,
      found: JSON.stringify(name ?? 'none that fits'),
      action: 'Choose one of these, or none so that it is taken from the vocabulary.',
    });
  }
  const marker = missing(layout);
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
