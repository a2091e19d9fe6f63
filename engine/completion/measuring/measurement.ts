import type { FimFormatName } from '../../prompt/index.ts';

/** A text to take places from. */
export interface MeasuredFile {
  /** As in prompts: inside the workspace, with `/` as separator. */
  path: string;
  /** VS Code's language identifier; empty if unknown. */
  languageId: string;
  text: string;
}

/** What is to be measured. */
export interface MeasureRequest {
  files: readonly MeasuredFile[];
  /** Most places at which each format is tried; 40 where it is left out. */
  spans?: number | undefined;
  /** Most time, in ms; two minutes where it is left out. */
  timeMs?: number | undefined;
  /** Chooses the places: the same for the same files and seed. 1 where it is left out. */
  seed?: number | undefined;
}

/** How far measuring has come. */
export interface MeasureProgress {
  /** Places done, and most of them that will be. */
  spans: number;
  ofSpans: number;
  elapsedMs: number;
  ofMs: number;
}

/** What was measured of one format. */
export interface FormatFigures {
  format: FimFormatName;
  /** Places at which it was tried; fewer than others where it was soon clearly behind. */
  spans: number;
  /** Of these, the places where all of the text came as it stood, and where its first word did. */
  exact: number;
  firstWord: number;
  /** Median ms to read a prompt of which nothing is known, and to write the text. */
  requestMs: number;
  /** Mean ms from a key to the next token with the states of the key before; NaN if it was not measured. */
  keystrokeMs: number;
  /** Mean tokens read again for a key. */
  keystrokeTokens: number;
}

/**
 * Why a format was chosen: it is better than all others; no better than another whose keystrokes cost clearly more; no better than another that
 * costs as much, so that the usual one of them stays. Or why none was: too few places were measured or done right to tell.
 */
export type ChoiceReason = 'better' | 'cheaper' | 'alike' | 'too-few';

export interface Measurement {
  /** Names the model, as `ModelInfo.hash` does. */
  modelHash: string;
  /** The format that the model was opened with. */
  inUse: FimFormatName;
  /** The best first. */
  formats: FormatFigures[];
  choice: { format: FimFormatName | undefined; why: ChoiceReason };
  /** The answer is clear, all places are done, the time is over, or somebody has ended it. */
  end: 'clear' | 'spans' | 'time' | 'cancelled';
  elapsedMs: number;
  /** Tokens of context that prompts had, fewer for a slow model. */
  prefixTokens: number;
  suffixTokens: number;
}
