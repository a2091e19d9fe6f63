import type { Tokenizer } from '../tokenizer/index.ts';
import type { FimFormat } from './choose.ts';
import type { CompletionContext } from './completion-context.ts';
import type { FimFormatName, Part } from './formats.ts';
import { lineFeeds } from './line-feeds.ts';
import { prefixWindow } from './prefix-window.ts';
import { recentText } from './recent-text.ts';
import { tailWindow } from './tail-window.ts';
import { cutAtLineEnd, suffixWindow } from './suffix-window.ts';
import { characterAt } from './surrogates.ts';

export interface PromptBudget {
  /** Most tokens of the text before the cursor. */
  prefixTokens: number;
  /** Most tokens of the suffix; the tail comes on top of it, with at most 100. */
  suffixTokens: number;
  /** Lines below the cursor's that stand in the tail instead of the suffix, 0 to 12; only `mamba-complete` has a tail. Default 0. */
  tailLines?: number;
  /** How many steps of lines further up the recent text begins than it has to; only formats with a recent text. Default 0. */
  recentSteps?: number;
}

export interface Prompt {
  format: FimFormatName;
  ids: number[];
  /** Generation ends at any of these ids. */
  endIds: readonly number[];
  /** Tokens up to the end of the suffix's text: a checkpoint here serves until the text after the cursor changes. */
  suffixEnd: number;
  /** Tokens up to where the prefix's text begins. */
  prefixStart: number;
  /** Tokens up to the end of the text before the cursor, or of what of it stands before the tail. */
  prefixEnd: number;
  /** Tokens up to the end of the text before the cursor, wherever the last of it stands. */
  cursor: number;
  /** Lines that the tail holds; fewer than asked for near the document's end, or where they are long. */
  tailLines: number;
  /** Steps of lines that the recent text begins further up; fewer than asked for near the window's start. */
  recentSteps: number;
}

/**
 * UTF-16 units after the cursor's line that are looked at: more than a window and a tail ever hold. Turning the line ends of a
 * whole document of 1 MB took 4 ms.
 */
const NEAR = 16_384;
const UNITS_A_TOKEN = 8;
/** Longest path, in UTF-16 units, some 30 tokens; its end says the most. Headers of over 40 tokens were not trained on. */
const MAX_PATH = 100;

/**
 * Lays out a prompt. Each text is tokenized on its own, as in training, so that none of them changes the tokens of another.
 *
 * The same context always gives the same prompt, and a context with a few more characters before the cursor gives one that
 * starts with nearly all of the same tokens.
 */
export function buildPrompt(
  context: CompletionContext,
  budget: PromptBudget,
  format: FimFormat,
  tokenizer: Tokenizer,
): Prompt {
  const { layout } = format;
  const restOfLine = Math.max(0, context.suffix.indexOf('\n'));
  const near = restOfLine + NEAR + budget.suffixTokens * UNITS_A_TOKEN;
  const after = lineFeeds(cutAtLineEnd(context.suffix, near));
  const { tail, suffix, tailLines } =
    layout.suffixFrom === 'next-line'
      ? tailWindow(after, budget.tailLines ?? 0, (text) => tokenizer.encode(text))
      : { tail: '', suffix: layout.suffixFrom === 'cursor' ? after : '', tailLines: 0 };

  const texts = { header: headerOf(context), tail };
  const ids: number[] = [];
  const prompt: Prompt = {
    format: format.name,
    ids,
    endIds: format.endIds,
    suffixEnd: 0,
    prefixStart: 0,
    prefixEnd: 0,
    cursor: 0,
    tailLines,
    recentSteps: 0,
  };
  let recent: number[] = [];
  const hasRecent = layout.parts.some((part) => 'text' in part && part.text === 'recent');

  const add = (part: Part): void => {
    if ('parts' in part) {
      if (texts[part.onlyWith] !== '') part.parts.forEach(add);
      return;
    }
    if ('marker' in part) {
      const id = part.marker.map((piece) => tokenizer.special(piece)).find((known) => known !== undefined);
      if (id !== undefined) ids.push(id);
      return;
    }
    const encode = (text: string): number[] =>
      tokenizer.encode(text, { dummyPrefix: part.dummyPrefix ?? true });
    if ('literal' in part) {
      append(ids, encode(part.literal));
      return;
    }
    switch (part.text) {
      case 'header':
      case 'tail':
        append(ids, encode(texts[part.text]));
        break;
      case 'suffix':
        append(ids, suffixWindow(suffix, budget.suffixTokens, encode).ids);
        prompt.suffixEnd = ids.length;
        break;
      case 'prefix':
        prompt.prefixStart = ids.length;
        addPrefix(prefixWindow(context.prefix, context.prefixOffset, budget.prefixTokens, encode).ids);
        break;
      case 'recent':
        append(ids, recent);
        prompt.cursor = ids.length;
        break;
    }
  };
  const addPrefix = (window: readonly number[]): void => {
    const { start, steps } = hasRecent
      ? recentText(window, budget.recentSteps ?? 0, tokenizer)
      : { start: window.length, steps: 0 };
    append(ids, window.slice(0, start));
    recent = window.slice(start);
    prompt.recentSteps = steps;
    prompt.prefixEnd = prompt.cursor = ids.length;
  };
  layout.parts.forEach(add);
  return prompt;
}

/** `{languageId} {path}`, or whichever is known. */
function headerOf({ languageId, path }: CompletionContext): string {
  const end = path.slice(characterAt(path, Math.max(0, path.length - MAX_PATH)));
  return [languageId, end].filter((part) => part !== '').join(' ');
}

/** `push(...more)` would overflow the stack with some 100,000 ids. */
function append(ids: number[], more: readonly number[]): void {
  for (const id of more) ids.push(id);
}
