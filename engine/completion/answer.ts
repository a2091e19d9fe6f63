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
  const fresh = saying
    .map((writer) => ({ writer, text: withoutRedeclaration(writer.text, prefix, suffix) }))
    .filter(({ text }) => text.trim() !== '');
  const [first] = fresh;
  const ended = first?.writer.stop;
  if (first === undefined || ended === undefined) {
    const reason =
      saying.length > 0 ? 'declared' : writers[0]?.stop === 'suffix' ? 'repeats-suffix' : 'empty';
    return { kind: 'none', reason, account };
  }
  const { text: whole, writer } = first;
  const isCut = whole !== writer.text;
  // The end of its last line says how likely that is.
  const end = whole.length + (writer.text[whole.length] === '\n' ? 1 : 0);
  const steps = writer.steps.filter(({ length }) => !isCut || length <= end);
  const head = prefix.slice(prefix.lastIndexOf('\n') + 1);
  const part = confidentPart(whole, steps, suggestions, head);
  if (part === undefined) return { kind: 'none', reason: 'unlikely', account };
  const { text, confidence } = part;
  // What was cut off for being unsure is no other text.
  const others = new Set(fresh.map((one) => one.text).filter((other) => other !== whole));
  const alternatives = [...others].filter((other) => other !== text);
  const stop = text !== whole ? 'unsure' : isCut ? 'declared' : ended;
  return { kind: 'completion', text, alternatives, stop, confidence, steps, account };
}
