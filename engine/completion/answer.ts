import { confidentPart, withoutRedeclaration } from '../decoding/index.ts';
import type { CompletionRequest } from './request.ts';
import type { Account, CompletionResult } from './result.ts';
import type { Writer } from './writer.ts';

/** The first text that says something, and the others that say something else. */
export function answerOf(
  writers: readonly Writer[],
  { suggestions = 'all', context: { prefix, suffix } }: CompletionRequest,
  account: Account,
): CompletionResult {
  const saying = writers.filter(({ text }) => text.trim() !== '');
  const [first] = saying;
  if (first?.stop === undefined) {
    const reason = writers[0]?.stop === 'suffix' ? 'repeats-suffix' : 'empty';
    return { kind: 'none', reason, account };
  }
  const texts = saying.map(({ text }) => withoutRedeclaration(text, prefix, suffix));
  const [whole = ''] = texts;
  const steps = first.steps.filter(({ length }) => whole === first.text || length <= whole.length);
  const head = prefix.slice(prefix.lastIndexOf('\n') + 1);
  const part = whole.trim() === '' ? undefined : confidentPart(whole, steps, suggestions, head);
  if (part === undefined) return { kind: 'none', reason: 'unlikely', account };
  const { text, confidence } = part;
  // What was cut off for being unsure is no other text.
  const others = new Set(texts.filter((other) => other !== whole && other.trim() !== ''));
  const alternatives = [...others].filter((other) => other !== text);
  const stop = text === first.text ? first.stop : 'unsure';
  return { kind: 'completion', text, alternatives, stop, confidence, steps, account };
}
