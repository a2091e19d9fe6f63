import { TextIndex, type Match } from './text-index.ts';

/** Tokens that are compared backwards: longer agreement says nothing more. */
const TAIL = 24;
/** Other texts, the newest last. */
const MOST_TEXTS = 16;

/** Tokens that are likely to follow. */
export interface Draft {
  ids: readonly number[];
  /** Tokens before them that stand before the guessed ones too: the more, the likelier the draft is right. */
  agreed: number;
}

const NO_DRAFT: Draft = { ids: [], agreed: 0 };

/**
 * Guesses tokens by looking up what followed the newest ones before, in this text and in others: prompt lookup (Saxena 2023,
 * github.com/apoorvumang/prompt-lookup-decoding; Yang et al. 2023, arXiv 2304.04487). The longest match wins, in the newest text
 * among equals.
 */
export class PromptLookup {
  private others: { name: string; index: TextIndex }[] = [];
  private name = '';
  private ids: number[] = [];
  /** Of `ids`; made when a draft is wanted first, since most requests want none. */
  private current: TextIndex | undefined;

  /**
   * A generation begins.
   * @param name of the text, such as its document: the newest version of other texts is remembered
   * @param ids tokens that it continues
   */
  begin(name: string, ids: readonly number[]): void {
    if (name !== this.name && this.ids.length > 0) this.remember(this.name, this.ids);
    this.others = this.others.filter((other) => other.name !== name);
    this.name = name;
    this.ids = [...ids];
    this.current = undefined;
  }

  /** The token that was chosen. */
  push(id: number): void {
    this.ids.push(id);
    this.current?.push(id);
  }

  /** At most so many tokens that are likely to follow. */
  draft(most: number): Draft {
    this.current ??= new TextIndex(this.ids);
    const tail = this.ids.slice(-TAIL);
    let best: { match: Match; index: TextIndex } | undefined;
    for (const index of [this.current, ...this.others.map((other) => other.index).reverse()]) {
      const match = index.match(tail);
      if (match !== undefined && match.length > (best?.match.length ?? 0)) best = { match, index };
    }
    if (best === undefined) return NO_DRAFT;
    return { ids: best.index.from(best.match.at, most), agreed: best.match.length };
  }

  /** Forgets a text, or all. */
  forget(name?: string): void {
    this.others = name === undefined ? [] : this.others.filter((other) => other.name !== name);
    if (name !== undefined && name !== this.name) return;
    this.name = '';
    this.ids = [];
    this.current = undefined;
  }

  private remember(name: string, ids: readonly number[]): void {
    this.others = [...this.others, { name, index: new TextIndex(ids) }].slice(-MOST_TEXTS);
  }
}
