import type { CompletionContext } from '../../../engine/index.ts';

/** The cursor's line before the cursor. */
export function linePrefix({ prefix }: Pick<CompletionContext, 'prefix'>): string {
  return prefix.slice(prefix.lastIndexOf('\n') + 1);
}

/** The cursor's line after the cursor. */
export function lineSuffix({ suffix }: Pick<CompletionContext, 'suffix'>): string {
  const end = suffix.indexOf('\n');
  return end < 0 ? suffix : suffix.slice(0, end);
}

/** The first `count` lines below the cursor that are not blank. */
export function linesBelow({ suffix }: Pick<CompletionContext, 'suffix'>, count: number): string[] {
  const found: string[] = [];
  let start = suffix.indexOf('\n');
  while (start >= 0 && found.length < count) {
    const end = suffix.indexOf('\n', start + 1);
    const line = suffix.slice(start + 1, end < 0 ? undefined : end);
    if (line.trim() !== '') found.push(line);
    start = end;
  }
  return found;
}

export function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}

/** The white space that a line starts with. */
export function indentation(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Whether a line says more than brackets and punctuation. */
export function isTelling(line: string): boolean {
  return /[\p{L}\p{N}]{2}/u.test(line);
}
