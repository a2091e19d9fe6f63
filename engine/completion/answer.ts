import { type Confident, confidentPart, type Step, withoutRedeclaration } from '../decoding/index.ts';
import type { CompletionRequest } from './request.ts';
import type { Account, CompletionResult } from './result.ts';
import type { Writer } from './writer.ts';

/** The first text that says something, and the others that say something else. */
export function answerOf(
  writers: readonly Writer[],
  request: CompletionRequest,
  account: Account,
): CompletionResult {
  const { prefix, suffix } = request.context;
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
  const { part, steps } = shownOf(writer, request);
  if (part === undefined) return { kind: 'none', reason: 'unlikely', account };
  const { text, confidence } = part;
  // What was cut off for being unsure is no other text.
  const others = new Set(fresh.map((one) => one.text).filter((other) => other !== whole));
  const alternatives = [...others].filter((other) => other !== text);
  const stop = text !== whole ? 'unsure' : isCut ? 'declared' : ended;
  return { kind: 'completion', text, alternatives, stop, confidence, steps, account };
}

/** What a text that is shown is worth, beside others at the same place. */
export function shownWorth(writer: Writer, request: CompletionRequest): number {
  return shownOf(writer, request).part?.worth ?? 0;
}

/** As much of a text as is shown, and how likely it is, token by token. */
function shownOf(
  writer: Writer,
  { suggestions = 'all', context: { prefix, suffix } }: CompletionRequest,
): { part: Confident | undefined; steps: readonly Step[] } {
  const text = withoutRedeclaration(writer.text, prefix, suffix);
  if (text.trim() === '') return { part: undefined, steps: [] };
  // The end of its last line says how likely that is.
  const end = text.length + (writer.text[text.length] === '\n' ? 1 : 0);
  const steps = writer.steps.filter(({ length }) => text === writer.text || length <= end);
  const head = prefix.slice(prefix.lastIndexOf('\n') + 1);
  return { part: confidentPart(text, steps, suggestions, head), steps };
}
