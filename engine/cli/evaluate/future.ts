import type { TraceEvent } from '../replay/trace.ts';
import { Documents } from '../replay/documents.ts';

/** A line that is left and not come back to for so long is finished. */
const HORIZON_MS = 120_000;

/** A place where something was asked for: the document's text before and behind it at that time. */
export interface Asked {
  path: string;
  prefix: string;
  suffix: string;
}

/**
 * What the user then wrote at the place of each request, by the request's line in the trace: the cursor's line from the place on, as it
 * stood when the cursor left it, or when something before the place was changed, but within two minutes.
 */
export function written(source: string, events: readonly TraceEvent[]): Map<number, string> {
  const documents = new Documents(source);
  const answers = new Map<number, string>();
  let open: (Asked & { line: number; until: number; newest: string })[] = [];
  const close = (isClosed: (one: (typeof open)[number]) => boolean): void => {
    for (const one of open) if (isClosed(one)) answers.set(one.line, one.newest);
    open = open.filter((one) => !answers.has(one.line));
  };
  for (const event of events) {
    const document = documents.apply(event);
    if (document === undefined) continue;
    const { path, text, cursor } = document;
    if (event.kind === 'request')
      open.push({
        path,
        prefix: text.slice(0, cursor),
        suffix: text.slice(cursor),
        line: event.line,
        until: event.t + HORIZON_MS,
        newest: lineAt(text, cursor),
      });
    close((one) => event.t > one.until);
    if (event.kind !== 'edit' && event.kind !== 'select') continue;
    close((one) => one.path === path && !text.startsWith(lastLine(one.prefix), lineStart(one.prefix)));
    for (const one of open) {
      if (one.path !== path) continue;
      // Lines above may have been edited too; then the place is lost.
      if (text.startsWith(one.prefix)) one.newest = lineAt(text, one.prefix.length);
    }
    close((one) => one.path === path && (!text.startsWith(one.prefix) || isElsewhere(one, text, cursor)));
  }
  close(() => true);
  return answers;
}

const lineStart = (text: string): number => text.lastIndexOf('\n') + 1;
const lastLine = (text: string): string => text.slice(lineStart(text));
const lineAt = (text: string, at: number): string => text.slice(at).split(/\r?\n/, 1)[0] ?? '';

function isElsewhere({ prefix }: Asked, text: string, cursor: number): boolean {
  const end = prefix.length + lineAt(text, prefix.length).length;
  return cursor < lineStart(prefix) || cursor > end;
}
