import { BadInputError } from '../../errors.ts';

/** Kinds of text that are taken out: the rest of a line, of it and some lines below, or what stands before a line's last closing marks. */
export const SPAN_KINDS = ['line', 'lines', 'inside'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** A text of the project. */
export interface ProjectFile {
  path: string;
  text: string;
}

/** A place where text was taken out, to be written again. */
export interface Span {
  kind: SpanKind;
  path: string;
  prefix: string;
  suffix: string;
  truth: string;
}

/** Most lines below the first that are taken out. */
const MOST_LINES = 4;
/** What may stand behind a cursor inside a line, as where suggestions are offered. */
const CLOSING = /[)>}\]"'`]*\s*[:{;,]?\s*$/;

/** Random lines that are looked at before a project counts as having none of a kind. */
const MOST_DRAWS = 10_000;

/**
 * A text's span from a random cut inside a random line that is not blank.
 * @throws BadInputError if the files seem to have no place of the kind
 */
export function randomSpan(files: readonly ProjectFile[], kind: SpanKind, random: () => number): Span {
  const below = (end: number): number => Math.floor(random() * end);
  const sizes = files.map(({ text }) => text.split('\n').length);
  for (let draws = 0; draws < MOST_DRAWS; draws++) {
    const { path, text } = files[weighted(sizes, random())] ?? { path: '', text: '' };
    const lines = text.split('\n');
    const at = below(lines.length);
    const line = (lines[at] ?? '').trimEnd();
    const indent = line.length - line.trimStart().length;
    // A cut leaves at least one character on each side.
    if (line.length - indent < 2) continue;
    const end = kind === 'inside' ? line.length - (CLOSING.exec(line)?.[0].length ?? 0) : line.length;
    if (kind === 'inside' && (end === line.length || end - indent < 2)) continue;
    const cut = indent + 1 + below(end - indent - 1);
    const start = lines.slice(0, at).reduce((sum, { length }) => sum + length + 1, 0);
    const more = kind === 'lines' ? 1 + below(MOST_LINES) : 0;
    const last = lines.slice(at + 1, at + 1 + more);
    if (kind === 'lines' && (last.length < more || last.at(-1)?.trim() === '')) continue;
    const truth = [line.slice(cut, end), ...last].join('\n');
    const after =
      kind === 'lines' ? start + (lines[at]?.length ?? 0) + 1 + last.join('\n').length : start + end;
    return { kind, path, prefix: text.slice(0, start + cut), suffix: text.slice(after), truth };
  }
  throw new BadInputError({
    source: files[0]?.path ?? '--files',
    expected: `a place of the kind "${kind}" in it or the files beside it`,
    found: `none at ${MOST_DRAWS} random lines`,
    action: 'Give more files, or other kinds with --kind.',
  });
}

/** The place in `sizes` that a share of their sum falls on. */
function weighted(sizes: readonly number[], chance: number): number {
  let left = chance * sizes.reduce((sum, size) => sum + size, 0);
  return Math.max(
    0,
    sizes.findIndex((size) => (left -= size) < 0),
  );
}

/** Whether a text is what was taken out. Of several lines, what comes after as many is no matter. */
export function isExact({ kind, truth }: Span, text: string): boolean {
  const lines = truth.split('\n').length;
  const said = kind === 'lines' ? text.split('\n').slice(0, lines).join('\n') : text;
  const plain = (one: string): string => one.replaceAll(/[ \t]+$/gm, '');
  return plain(said) === plain(truth);
}
