import { format } from 'node:util';

/** Begins the lines that the suites print, to tell them from what the workbench logs on the same way. */
const MARK = 'mocha| ';

/** Prints from inside the extension host to the terminal of the test run. */
export function report(...args: unknown[]): void {
  for (const line of format(...args).split('\n')) console.log(MARK + line);
}

/** The text of a line that `report` printed, or undefined for any other. */
export function reportedLine(args: readonly unknown[]): string | undefined {
  const line = format(...args);
  return line.startsWith(MARK) ? line.slice(MARK.length) : undefined;
}
