import { BadInputError, describe } from '../../errors.ts';

/** Replaces the UTF-16 units from `from` to `to` by a text. */
export type Change = readonly [from: number, to: number, text: string];

/** What happened in an editor at `t` milliseconds; offsets count UTF-16 units. */
export type TraceEvent = { t: number; line: number } & (
  | { kind: 'open'; doc: number; path: string; text: string }
  /** All changes refer to the document before any of them, as VS Code's do. */
  | { kind: 'edit'; doc: number; changes: readonly Change[] }
  | { kind: 'select'; doc: number; selection: readonly (readonly [anchor: number, active: number])[] }
  | { kind: 'request'; doc: number; request: number }
  | { kind: 'cancel'; request: number }
  | { kind: 'accept'; doc: number }
);

/** Says of one line of a trace what is wrong with it. */
export function badLine(source: string, line: number, expected: string, found: string): BadInputError {
  return new BadInputError({
    source,
    field: `line ${line}`,
    expected,
    found,
    action: 'Record the session again, or mend this line.',
  });
}

/**
 * Reads an editing session, one JSON object a line.
 * @param source what errors call the file
 * @throws BadInputError naming the line that is no event
 */
export function readTrace(source: string, text: string): TraceEvent[] {
  return text.split('\n').flatMap((json, index) => {
    if (json.trim() === '') return [];
    const fail = (expected: string, found: string): BadInputError =>
      badLine(source, index + 1, expected, found);
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      throw fail('a JSON object', describe(json));
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw fail('a JSON object', describe(value));
    return [eventOf(value as Record<string, unknown>, index + 1, fail)];
  });
}

type Fail = (expected: string, found: string) => BadInputError;

function eventOf(fields: Record<string, unknown>, line: number, fail: Fail): TraceEvent {
  const field = <T>(name: string, expected: string, is: (value: unknown) => value is T): T => {
    const value = fields[name];
    if (!is(value)) throw fail(`"${name}" to be ${expected}`, describe(value));
    return value;
  };
  const whole = (name: string): number => field(name, 'a whole number of at least 0', isOffset);
  const text = (name: string): string => field(name, 'a text', isText);
  const at = { t: field('t', 'milliseconds', isTime), line };
  const kind = text('kind');
  switch (kind) {
    case 'open':
      return { ...at, kind, doc: whole('doc'), path: text('path'), text: text('text') };
    case 'edit':
      return {
        ...at,
        kind,
        doc: whole('doc'),
        changes: field('changes', '[[from, to, text], …]', isChanges),
      };
    case 'select': {
      const selection = field('selection', '[[anchor, active], …]', isSelection);
      return { ...at, kind, doc: whole('doc'), selection };
    }
    case 'request':
      return { ...at, kind, doc: whole('doc'), request: whole('request') };
    case 'cancel':
      return { ...at, kind, request: whole('request') };
    case 'accept':
      return { ...at, kind, doc: whole('doc') };
    default:
      throw fail('"kind" to be one of open, edit, select, request, cancel, accept', describe(kind));
  }
}

const isTime = (value: unknown): value is number => Number.isFinite(value);
const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';

const isChanges = (value: unknown): value is Change[] =>
  Array.isArray(value) &&
  value.every(
    (change: unknown) =>
      Array.isArray(change) &&
      change.length === 3 &&
      isOffset(change[0]) &&
      isOffset(change[1]) &&
      isText(change[2]),
  );

const isSelection = (value: unknown): value is [number, number][] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((range: unknown) => Array.isArray(range) && range.length === 2 && range.every(isOffset));
