export interface SplitSuffix {
  /** Rest of the cursor's line and the lines after it that the tail takes, without a newline at the end. */
  tail: string;
  /** Text from the line after the tail on. */
  suffix: string;
  /** Lines after the cursor's that the tail holds: those asked for, or as many as there are. */
  tailLines: number;
}

/**
 * Divides the text after the cursor for layouts in which the suffix begins at a later line. Nothing is lost but the newline
 * between the two.
 * @param after text after the cursor, with LF line ends
 * @param lines lines after the cursor's own for the tail
 */
export function splitSuffix(after: string, lines: number): SplitSuffix {
  let end = after.indexOf('\n');
  if (end < 0) return { tail: after, suffix: '', tailLines: 0 };
  let tailLines = 0;
  while (tailLines < lines && end + 1 < after.length) {
    const next = after.indexOf('\n', end + 1);
    tailLines++;
    end = next < 0 ? after.length : next;
  }
  return { tail: after.slice(0, end), suffix: after.slice(end + 1), tailLines };
}
