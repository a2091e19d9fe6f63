import { scanBrackets } from './brackets.ts';
import type { Cut } from './cut.ts';
import { indentation, isBlank } from './indentation.ts';
import { closesBlock, opensBlock } from './opens-block.ts';
import type { Scope } from './scope.ts';

const ONLY_CLOSERS = /^[\s)\]}>;,]*$/u;

/**
 * Where a text of finished lines ends, if it does: the first rule that holds at the first line decides.
 * @param text whole lines, each with its newline
 */
export function blockEnd(scope: Scope, text: string): Cut | undefined {
  const { head, languageId, floor } = scope;
  let state = scope.open;
  /** Length of the text up to the last line that is not blank, without its newline. */
  let content = 0;
  let body = -1;
  let lastIndentation = -1;
  let blanks = 0;
  let start = 0;
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    const end = start + line.length;
    const first = index === 0;
    const full = first ? head + line : line;
    const isFirstContent = content === 0 && (!first || isBlank(head));
    /** The text without this line. */
    const before: number = first ? 0 : content;
    const scan = scanBrackets(`${line}\n`, languageId, state);
    const inText = state.inside !== '' && state.inside !== '\n';
    const wasOwed = state.owed;
    start = end + 1;
    if (isBlank(line)) {
      if (first && !isBlank(head)) {
        // The line is complete as it is, and nothing is wanted below it.
        if (!scope.block) return { reason: 'line', length: 0 };
      } else if (!inText) {
        blanks++;
        const paragraph = scope.block && wasOwed === '' && content > 0 && lastIndentation <= body;
        if (paragraph || (blanks > 1 && !(first && isBlank(head))))
          return { reason: scope.block ? 'block' : 'line', length: content };
      }
      state = { owed: scan.owed, inside: scan.inside };
      continue;
    }
    blanks = 0;
    const column = indentation(full);
    const newLine = !first || isBlank(head);

    if (!inText && repeatsNext(scope, full, wasOwed)) return { reason: 'suffix', length: before };
    if (!scope.block) return { reason: 'line', length: end };
    if (!inText && newLine) {
      if (scan.unmatched >= 0) {
        const supplied = closesBlock(scope.next) && indentation(scope.next) >= column;
        if (isFirstContent && !supplied) return { reason: 'line', length: end };
        return { reason: supplied ? 'suffix' : 'block', length: before };
      }
      if (body < 0) body = column;
      if (wasOwed === '' || !closesBlock(full)) {
        const outside = floor >= 0 ? column <= floor : column < body;
        if (outside && !(first && isBlank(line))) {
          const closes =
            closesBlock(full) &&
            floor === column &&
            !(closesBlock(scope.next) && indentation(scope.next) === column);
          // The first line of an empty block may be written at any column: the editor indents it.
          if (closes) return { reason: 'block', length: end };
          if (!isFirstContent) return { reason: 'block', length: before };
        }
      }
    }
    content = end;
    lastIndentation = column;
    state = { owed: scan.owed, inside: scan.inside };
    if (state.owed === '' && (state.inside === '' || state.inside === '\n')) {
      const balanced = scope.open.owed !== '';
      if (balanced) return { reason: index === 0 ? 'line' : 'block', length: end };
      if (first && !isBlank(head) && !scope.statements && !opensBlock(full, languageId))
        return { reason: 'line', length: end };
    }
  }
  return undefined;
}

/** Whether a line is the one with which the suffix goes on anyway. */
function repeatsNext({ next }: Scope, line: string, owed: string): boolean {
  if (next === '' || line.trimEnd() !== next.trimEnd()) return false;
  // A closing bracket alone may well be the text's own.
  return !ONLY_CLOSERS.test(line) || owed === '';
}
