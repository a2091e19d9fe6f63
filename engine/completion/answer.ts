import { confidentPart } from '../decoding/index.ts';
import type { CompletionRequest } from './request.ts';
import type { Account, CompletionResult } from './result.ts';
import type { Writer } from './writer.ts';

/** The first text that says something, and the others that say something else. */
export function answerOf(
  writers: readonly Writer[],
  { suggestions = 'all' }: CompletionRequest,
  account: Account,
): CompletionResult {
  const saying = writers.filter(({ text }) => text.trim() !== '');
  const [first] = saying;
  if (first?.stop === undefined) {
    const reason = writers[0]?.stop === 'suffix' ? 'repeats-suffix' : 'empty';
    return { kind: 'none', reason, account };
  }
  const { text: whole, stop, steps } = first;
  const part = confidentPart(whole, steps, suggestions);
  if (part === undefined) return { kind: 'none', reason: 'unlikely', account };
  const { text, confidence } = part;
  // What was cut off for being unsure is no other text.
  const others = new Set(saying.map((writer) => writer.text).filter((other) => other !== whole));
  const alternatives = [...others].filter((other) => other !== text);
  const reason = text === whole ? stop : 'unsure';
  return { kind: 'completion', text, alternatives, stop: reason, confidence, steps, account };
}
