import type { FimLayout } from './formats.ts';

/** What a suffix that stands behind the prefix may cost at a keystroke that changes the prefix, in ms. */
const SUFFIX_MS = 100;
/** Some four lines: with less, infilling says little that continuation does not. */
const LEAST_TOKENS = 48;
/** Before anything is measured. */
const FIRST_TOKENS = 4 * LEAST_TOKENS;
/** A window is halved when it takes so many times {@link SUFFIX_MS}, and doubled when the double takes less than the other share of it. */
const TOO_SLOW = 1.4;
const FAST_ENOUGH = 0.7;

/** Whether each keystroke moves the suffix, so that it has to be read again. */
export function hasSuffixBehind({ parts }: FimLayout): boolean {
  const at = (text: string): number => parts.findIndex((part) => 'text' in part && part.text === text);
  return at('suffix') > at('prefix');
}

/**
 * How much of the suffix a prompt shows. Where it stands before the prefix it is read once, and the setting alone says it; behind the
 * prefix it is read again at most keystrokes, and has to fit in {@link SUFFIX_MS} at the measured speed. Sizes double and halve, and only
 * when the speed has clearly changed, so that the same text keeps its prompt.
 */
export class SuffixBudget {
  private size = 0;
  private readonly isBounded: boolean;

  constructor(layout: FimLayout) {
    this.isBounded = hasSuffixBehind(layout);
  }

  /**
   * Most tokens of the suffix.
   * @param setting most tokens that the user wants
   * @param msPerToken measured for reading a prompt; undefined before anything was read
   */
  tokens(setting: number, msPerToken: number | undefined): number {
    if (!this.isBounded) return setting;
    if (msPerToken === undefined) return Math.min(setting, this.size || FIRST_TOKENS);
    if (this.size === 0) this.size = LEAST_TOKENS;
    while (this.size > LEAST_TOKENS && this.size * msPerToken > SUFFIX_MS * TOO_SLOW) this.size /= 2;
    while (this.size < setting && 2 * this.size * msPerToken < SUFFIX_MS * FAST_ENOUGH) this.size *= 2;
    return Math.min(setting, this.size);
  }
}
