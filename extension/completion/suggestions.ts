import { leftOf, type CompletionContext } from '../../engine/index.ts';
import type { Suggestion } from './filters/index.ts';

/** Entries kept; a session's worth of positions that one comes back to. */
const MOST_ENTRIES = 100;

/** Characters kept in all: contexts are whole documents, and a hundred long ones would be felt. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

interface Entry {
  prefix: string;
  suffix: string;
  path: string;
  /** The model's texts, the likelier first, unfiltered: which filters apply depends on what has been typed since. None: nothing to say. */
  texts: readonly string[];
}

/** `exact`: asked for at this very place; `typed`: what is left of one after typing along it. */
export interface Known {
  kind: 'exact' | 'typed';
  text: string;
}

/**
 * What was offered, newest last. Found again by prefix AND suffix: typing along a suggestion keeps it, deleting brings
 * the longer one back, and an edit below the cursor makes it void.
 */
export class Suggestions {
  private entries: Entry[] = [];
  private lastAccepted: { prefix: string; path: string; text: string } | undefined;

  remember({ prefix, suffix, path }: CompletionContext, texts: readonly string[]): void {
    this.entries = this.entries.filter(
      (entry) => !(entry.prefix === prefix && entry.suffix === suffix && entry.path === path),
    );
    this.entries.push({ prefix, suffix, path, texts });
    let characters = this.entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    while (this.entries.length > MOST_ENTRIES || (characters > MOST_CHARACTERS && this.entries.length > 1)) {
      const oldest = this.entries.shift();
      if (oldest !== undefined) characters -= sizeOf(oldest);
    }
  }

  find(context: CompletionContext): Known | undefined {
    const candidates = this.entries.filter((entry) => entry.path === context.path).reverse();
    for (const entry of candidates) {
      const text = rest(entry, context);
      if (text === undefined) continue;
      // Newest again, so that it stays in front of others that fit as well: ghost text must not flicker.
      this.entries = [...this.entries.filter((other) => other !== entry), entry];
      const isExact = entry.prefix === context.prefix && entry.suffix === context.suffix;
      return { kind: isExact ? 'exact' : 'typed', text };
    }
    return undefined;
  }

  /** To be called when the user has taken a whole suggestion that was offered at `context`. */
  accepted(context: CompletionContext, { text }: Suggestion): void {
    this.lastAccepted = { prefix: context.prefix + text, path: context.path, text };
  }

  /** Whether this is what was accepted a moment ago, at the place where that ended. */
  isJustAccepted({ prefix, path }: CompletionContext, text: string): boolean {
    const last = this.lastAccepted;
    return last?.path === path && last.prefix === prefix && last.text.trim() === text.trim();
  }

  /** Another model or other settings would say something else. */
  forget(): void {
    this.entries = [];
  }
}

const sizeOf = ({ prefix, suffix, texts }: Entry): number =>
  texts.reduce((sum, { length }) => sum + length, prefix.length + suffix.length);

/** What is left at `context` of the first of an entry's texts that fits there; empty where there was nothing to say. */
function rest(entry: Entry, context: CompletionContext): string | undefined {
  const isExact = entry.prefix === context.prefix && entry.suffix === context.suffix;
  if (entry.texts.length === 0) return isExact ? '' : undefined;
  for (const text of entry.texts) {
    const left = leftOf({ ...entry, text }, context);
    if (left !== undefined) return left;
  }
  return undefined;
}
