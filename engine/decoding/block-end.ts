import { type Scan, scanBrackets } from './brackets.ts';
import type { Cut } from './cut.ts';
import { indentation, isBlank } from './indentation.ts';
import { closesBlock, opensBlock } from './opens-block.ts';
import type { Scope } from './scope.ts';

/** What the lines before one have left. */
interface Progress {
  open: Pick<Scan, 'owed' | 'inside'>;
  /** Length of the text up to its last line that is not blank, without that line's newline. */
  content: number;
  /** Indentation of the first line of the body and of the last line, in columns; -1 if there is none. */
  body: number;
  last: number;
  /** Blank lines since. */
  blanks: number;
}

interface Line {
  text: string;
  /** With what stands before the cursor, if it is the cursor's line. */
  full: string;
  /** Index of its newline in the whole text. */
  end: number;
  /** Whether it continues the cursor's line rather than beginning a new one. */
  continues: boolean;
}

const ONLY_CLOSERS = /^[\s)\]}>;,]*$/u;

const inString = ({ inside }: Progress['open']): boolean => inside !== '' && inside !== '\n';

/**
 * Where a text of finished lines ends, if it does: the first line at which a rule holds decides.
 * @param text whole lines, each with its newline
 */
export function blockEnd(scope: Scope, text: string): Cut | undefined {
  const progress: Progress = { open: scope.open, content: 0, body: -1, last: -1, blanks: 0 };
  let end = -1;
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    end += line.length + 1;
    const onCursorLine = index === 0;
    const full = onCursorLine ? scope.head + line : line;
    const continues = onCursorLine && !isBlank(scope.head);
    const scan = scanBrackets(`${line}\n`, scope.languageId, progress.open);
    const current: Line = { text: line, full, end, continues };
    const cut = isBlank(line)
      ? atBlankLine(scope, progress, current)
      : atLine(scope, progress, current, scan);
    if (cut !== undefined) return cut;
    progress.open = { owed: scan.owed, inside: scan.inside };
  }
  return undefined;
}

function atBlankLine(scope: Scope, progress: Progress, line: Line): Cut | undefined {
  const reason = scope.block ? 'block' : 'line';
  // The cursor's line is complete as it is; below it something is wanted only if it opens a block.
  if (line.continues) return scope.block ? undefined : { reason, length: 0 };
  if (inString(progress.open)) return undefined;
  progress.blanks++;
  const endsParagraph =
    scope.block && progress.open.owed === '' && progress.content > 0 && progress.last <= progress.body;
  return endsParagraph || progress.blanks > 1 ? { reason, length: progress.content } : undefined;
}

function atLine(scope: Scope, progress: Progress, line: Line, scan: Scan): Cut | undefined {
  const { next } = scope;
  const { open, content } = progress;
  const column = indentation(line.full);
  const isOwnLine = !line.continues && !inString(open);
  const isFirst = content === 0 && !line.continues;
  progress.blanks = 0;

  // The line with which the suffix goes on anyway; a closing bracket alone may be the text's own.
  const repeatsNext = next !== '' && line.full.trimEnd() === next.trimEnd();
  if (repeatsNext && !inString(open) && (open.owed === '' || !ONLY_CLOSERS.test(line.full)))
    return { reason: 'suffix', length: content };
  if (!scope.block) return { reason: 'line', length: line.end };

  if (isOwnLine && scan.unmatched >= 0) {
    // A bracket of an outer block. Nothing but it is a line like any other, unless the suffix has it.
    const isSupplied = closesBlock(next) && indentation(next) >= column;
    if (isFirst && !isSupplied) return { reason: 'line', length: line.end };
    return { reason: isSupplied ? 'suffix' : 'block', length: content };
  }
  if (isOwnLine && progress.body < 0) progress.body = column;
  if (isOwnLine && (open.owed === '' || !closesBlock(line.full))) {
    const isOutside = scope.floor >= 0 ? column <= scope.floor : column < progress.body;
    // A closing tag, `end`: part of the block unless the suffix has it.
    const isEnd =
      column === scope.floor &&
      closesBlock(line.full) &&
      !(closesBlock(next) && indentation(next) === column);
    if (isOutside && isEnd) return { reason: 'block', length: line.end };
    // The first line of an empty block may come at any column: the editor indents it.
    if (isOutside && !isFirst) return { reason: 'block', length: content };
  }

  progress.content = line.end;
  progress.last = column;
  if (scan.owed !== '' || inString(scan)) return undefined;
  // Closed is what was open at the cursor, or the statement on its line that opened nothing.
  if (scope.open.owed !== '')
    return { reason: content === 0 && line.end === line.text.length ? 'line' : 'block', length: line.end };
  const isStatement = line.continues && !scope.statements && !opensBlock(line.full, scope.languageId);
  return isStatement ? { reason: 'line', length: line.end } : undefined;
}
