import { SUGGESTIONS, type Suggestions } from '../../decoding/index.ts';
import type { Completer } from '../../completion/completer.ts';
import { contextOf } from '../replay/document.ts';
import { Documents } from '../replay/documents.ts';
import { percentile } from '../replay/figures.ts';
import type { TraceEvent } from '../replay/trace.ts';
import { written } from './future.ts';
import type { Judged } from './reliability.ts';
import { shownOf, type Said } from './shown.ts';
import { answer, NOTHING, SYSTEMS, WINDOW, type System } from './systems.ts';

export interface TraceFigures {
  suggestions: Suggestions | 'all';
  system: System;
  requests: number;
  shown_share: number;
  right_share: number;
  whole_share: number;
  characters_saved: number;
  ms: number;
}

/** Asks a system at each request of a session, for as much as a setting shows; other documents count as files of the project as far as they were opened. */
export async function answersOf(
  source: string,
  events: readonly TraceEvent[],
  completer: Completer,
  system: System,
  suggestions: Suggestions | 'all',
): Promise<Said[]> {
  const future = written(source, events);
  const documents = new Documents(source);
  const changed = new Map<string, string>();
  const answers: Said[] = [];
  completer.forget();
  completer.cache?.clear();
  for (const event of events) {
    const document = documents.apply(event);
    if (document === undefined) continue;
    if (event.kind === 'open' || event.kind === 'edit') changed.set(document.path, document.text);
    if (event.kind !== 'request') continue;
    for (const [path, text] of changed) {
      if (path === document.path) continue;
      completer.cache?.put(path, text);
      changed.delete(path);
    }
    const context = contextOf(document);
    const asked = { context, document: document.path, lines: 'auto' as const, maxTokens: 64, ...WINDOW };
    const request = { ...asked, suggestions };
    const rest = context.suffix.split('\n')[0] ?? '';
    const truth = future.get(event.line) ?? '';
    // What stood there already was not written.
    const typed = rest !== '' && truth.endsWith(rest) ? truth.slice(0, truth.length - rest.length) : truth;
    // Where the editor asks for nothing, nothing is shown.
    if (!isAsked(context.prefix, rest)) {
      answers.push({ context, isAsked: false, ...NOTHING, typed });
      continue;
    }
    answers.push({ context, isAsked: true, ...(await answer(completer, system, request)), typed });
  }
  return answers;
}

/** As the extension has it: not in the middle of a word, and not before more than closing marks. */
function isAsked(prefix: string, rest: string): boolean {
  return (
    !/[\p{L}\p{N}_$]{2}/u.test(prefix.slice(-1) + rest.slice(0, 1)) &&
    /^\s*[)>}\]"'`]*\s*[:{;,]?\s*$/.test(rest)
  );
}

/**
 * A first line is right if what was then written begins with it and it ends where a word ends; whole if nothing else was written. A text
 * that begins below the cursor's line is wrong: what was written there is not followed.
 */
export function judge(text: string, typed: string): { right: boolean; whole: boolean; saved: number } {
  const first = (text.split('\n')[0] ?? '').trimEnd();
  const whole = first !== '' && typed.trimEnd() === first;
  const isWordEnd = !/[\p{L}\p{N}_]{2}/u.test(typed.slice(first.length - 1, first.length + 1));
  const right = first !== '' && (whole || (typed.startsWith(first) && isWordEnd));
  return { right, whole, saved: right ? first.length : 0 };
}

/** All systems, and where something is mixed with each setting of how much is shown; how far the confidence of both can be trusted. */
export async function evaluateTrace(
  source: string,
  events: readonly TraceEvent[],
  completer: Completer,
): Promise<{ figures: TraceFigures[]; judged: Judged[] }> {
  const figures: TraceFigures[] = [];
  let judged: Judged[] = [];
  for (const system of SYSTEMS) {
    // What is not mixed has no likelihood.
    for (const suggestions of system === 'model' ? (['all'] as const) : (['all', ...SUGGESTIONS] as const)) {
      const answers = await answersOf(source, events, completer, system, suggestions);
      figures.push(figuresOf(suggestions, system, answers));
      if (system === 'both' && suggestions === 'all')
        judged = answers
          .filter(({ text }) => text.trim() !== '')
          .map(({ text, typed, confidence }) => ({ confidence, right: judge(text, typed).whole }));
    }
  }
  return { figures, judged };
}

/** Sums it up. */
function figuresOf(suggestions: Suggestions | 'all', system: System, answers: readonly Said[]): TraceFigures {
  const shown = shownOf(answers).map(({ text, typed }) => judge(text, typed));
  const share = (count: number, of: number): number => count / Math.max(1, of);
  return {
    suggestions,
    system,
    requests: answers.length,
    shown_share: share(shown.length, answers.length),
    right_share: share(shown.filter(({ right }) => right).length, shown.length),
    whole_share: share(shown.filter(({ whole }) => whole).length, shown.length),
    characters_saved: shown.reduce((sum, { saved }) => sum + saved, 0),
    ms: percentile(
      answers.map(({ ms }) => ms).filter((ms) => ms > 0),
      50,
    ),
  };
}
