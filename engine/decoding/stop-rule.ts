import { blockEnd } from './block-end.ts';
import type { Cut, RuleStop } from './cut.ts';
import { isBlank } from './indentation.ts';
import { repetition } from './repetition.ts';
import { type Scope, scopeOf, type StopContext } from './scope.ts';
import { seamAtCloser, seamAtLineEnd } from './seam.ts';

/** The word at the end of a text. */
const WORD = /[\p{L}\p{N}_$]+$/u;

/**
 * Says when a text that is being generated is complete. What is given does not depend on how it was cut into pieces: the
 * rules are asked at each character that can end something.
 */
export class StopRule {
  readonly #scope: Scope;
  readonly #isFenced: boolean;
  #text = '';
  #cut: Cut | undefined;

  constructor(context: StopContext) {
    this.#scope = scopeOf(context);
    this.#isFenced = context.isFenced === true;
  }

  /** What the text so far ends with: a finished line and perhaps some of the next, or a finished or unfinished word of its first line. */
  get end(): 'line' | 'word' | 'in-word' {
    const lastLine = this.#text.lastIndexOf('\n');
    if (lastLine > 0 && !isBlank(this.#text.slice(0, lastLine))) return 'line';
    return isBlank(this.#text) || WORD.test(this.#text) ? 'in-word' : 'word';
  }

  /** Whether the text may have several lines. */
  get block(): boolean {
    return this.#scope.block;
  }

  /** The text so far, or up to where it ends; without spaces and blank lines at its end, unless its line goes on. */
  get text(): string {
    const text = this.#text.slice(0, this.#cut?.length);
    return isBlank(this.#scope.rest) ? text.trimEnd() : text.replace(/\n\s*$/u, '');
  }

  /** UTF-16 units of the text so far, or up to where it ends, with what stands at its end. */
  get length(): number {
    return this.#cut?.length ?? this.#text.length;
  }

  /**
   * Takes the next piece of generated text.
   * @returns why the text is complete, or `undefined` if it goes on; after that, pieces are ignored
   */
  push(piece: string): RuleStop | undefined {
    for (const character of piece) {
      if (this.#cut !== undefined) break;
      this.#text += character;
      this.#cut = this.#ask(character);
    }
    return this.#cut?.reason;
  }

  /**
   * The model has ended the text itself (`complete`), or its tokens or its time are used up (`cut-short`). What a finished last line
   * would have been cut by still holds; a last line that was cut short is dropped if others stand before it.
   */
  finish(how: 'complete' | 'cut-short'): RuleStop | undefined {
    if (this.#cut !== undefined) return this.#cut.reason;
    const lastLine = this.#text.lastIndexOf('\n');
    if (how === 'cut-short' && lastLine > 0 && !isBlank(this.#text.slice(0, lastLine))) {
      this.#text = this.#text.slice(0, lastLine);
      return undefined;
    }
    const cut = this.#text.endsWith('\n') ? undefined : this.#lineEnd(`${this.#text}\n`);
    // The end of the last line is no news.
    if (cut === undefined || cut.length >= this.#text.length) return undefined;
    this.#cut = cut;
    return cut.reason;
  }

  /** Drops a word at the end that may not be finished, if anything stands before it. */
  dropWord(): void {
    const text = this.#text.replace(WORD, '');
    if (this.#cut === undefined && !isBlank(text)) this.#text = text;
  }

  #ask(character: string): Cut | undefined {
    if (character === '\n') return this.#lineEnd(this.#text) ?? repeated(this.#text);
    if (character === '`' && this.#isFenced) {
      const fence = fenceAt(this.#scope.head, this.#text);
      if (fence !== undefined) return fence;
    }
    if (/[)\]}"'`]/u.test(character)) return seamAtCloser(this.#scope, this.#text) ?? repeated(this.#text);
    return repeated(this.#text);
  }

  #lineEnd(text: string): Cut | undefined {
    const onCursorLine = text.indexOf('\n') === text.length - 1;
    return (
      (onCursorLine ? seamAtLineEnd(this.#scope, text.slice(0, -1)) : undefined) ??
      blockEnd(this.#scope, text)
    );
  }
}

/** The end of the code fence: three backticks that begin a line. */
function fenceAt(head: string, text: string): Cut | undefined {
  const start = text.lastIndexOf('\n') + 1;
  const line = start === 0 ? head + text : text.slice(start);
  return line.trim() === '```' ? { reason: 'block', length: Math.max(0, start - 1) } : undefined;
}

function repeated(text: string): Cut | undefined {
  const length = repetition(text);
  return length === undefined ? undefined : { reason: 'repetition', length };
}
