/** Columns that a tab stands for; only compared with other lines of the same document. */
const TAB_COLUMNS = 4;

/** Width of a line's indentation in columns. */
export function indentation(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (character === ' ') columns++;
    else if (character === '\t') columns += TAB_COLUMNS - (columns % TAB_COLUMNS);
    else break;
  }
  return columns;
}

export const isBlank = (line: string): boolean => line.trim() === '';
