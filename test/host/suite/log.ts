import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';

/** An answer includes loading the model; a busy machine takes its time. */
const LINE_TIMEOUT_MS = 60_000;

/** What the extension has logged at the level Info. */
const lines: string[] = [];

// The suites are loaded before the extension is activated, and share its `vscode`.
const create = vscode.window.createOutputChannel as (...args: unknown[]) => vscode.LogOutputChannel;
Object.assign(vscode.window, {
  createOutputChannel: (...args: unknown[]) => {
    const channel = create(...args);
    const info = channel.info.bind(channel);
    return Object.assign(channel, {
      info: (line: string) => {
        lines.push(line);
        info(line);
      },
    });
  },
});

/** The lines like this that are logged from the beginning of `work` on; waits until there is one. */
export async function loggedAfter(pattern: RegExp, work: () => unknown): Promise<string[]> {
  const from = lines.length;
  await work();
  const end = Date.now() + LINE_TIMEOUT_MS;
  for (;;) {
    const found = lines.slice(from).filter((line) => pattern.test(line));
    if (found.length > 0) return found;
    if (Date.now() > end)
      throw new Error(`The log says nothing like ${String(pattern)}:\n${lines.slice(from).join('\n')}`);
    await sleep(10);
  }
}

/** Tokens of one request. */
export interface Cost {
  prompt: number;
  reused: number;
  warmed: number;
  advanced: number;
}

const COST =
  /prompt (?<prompt>\d+) tokens: (?<reused>\d+) reused(?: \((?:(?<warmed>\d+) warmed ahead)?[^)]*\))?; (?<advanced>\d+) advanced/;

/** What the requests cost that end from the beginning of `work` on, the editor's own among them; waits until one has. */
export async function costsAfter(work: () => unknown): Promise<Cost[]> {
  const found = await loggedAfter(COST, work);
  return found.map((line) => {
    const { prompt, reused, warmed = 0, advanced } = COST.exec(line)?.groups ?? {};
    return {
      prompt: Number(prompt),
      reused: Number(reused),
      warmed: Number(warmed),
      advanced: Number(advanced),
    };
  });
}
