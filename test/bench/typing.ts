import { readFileSync } from 'node:fs';
import { openCompleter } from '../../engine/completion/open-completer.ts';
import { quantile } from './statistics.ts';
import { printTable } from './table.ts';

/** A file that nobody wrote for this: esbuild's own, 2,000 lines of JavaScript. */
const FILE = 'node_modules/esbuild/lib/main.js';
const CURSOR_LINES = [200, 600, 1000, 1400];
/** Characters typed at each cursor. */
const TYPED = 60;

/** A request at each character typed, as without a debounce: what a keystroke waits for, with the bundled model. */
export async function benchTyping(threads: number): Promise<void> {
  const engine = await openCompleter('engine/bundled', threads);
  const lines = readFileSync(FILE, 'utf8').split('\n');
  const cold: number[] = [];
  // Between two looks at the flag a cancelled request goes on.
  const deaf: number[] = [];
  const [first, total, advanced]: [number[], number[], number[]] = [[], [], []];
  for (const line of CURSOR_LINES) {
    const before = `${lines.slice(0, line).join('\n')}\n`;
    const typed = lines.slice(line).join('\n').slice(0, TYPED);
    const suffix = `\n${lines.slice(line + 1).join('\n')}`;
    for (let length = 0; length <= typed.length; length++) {
      const prefix = before + typed.slice(0, length);
      const context = { prefix, suffix, prefixOffset: 0, path: 'lib/main.js', languageId: 'javascript' };
      const request = {
        context,
        document: context.path,
        lines: 'auto' as const,
        maxTokens: 64,
        prefixTokens: 1500,
        suffixTokens: 500,
      };
      let looked = performance.now();
      const { account } = await engine.completer.complete(request, () => {
        deaf.push(performance.now() - looked);
        looked = performance.now();
        return false;
      });
      if (length === 0) cold.push(account.firstTokenMs);
      else {
        first.push(account.firstTokenMs);
        total.push(account.totalMs);
        advanced.push(account.advancedTokens);
      }
    }
  }
  const row = (name: string, values: number[], digits: number): string[] => [
    name,
    ...[0.5, 0.9, 0.95].map((q) => quantile(values, q).toFixed(digits)),
  ];
  printTable(
    `Typing ${TYPED} characters at ${CURSOR_LINES.length} places of a file, 1,500 + 500 tokens of context, bundled model, ${threads} threads`,
    ['a keystroke', 'p50', 'p90', 'p95'],
    [
      row('tokens advanced', advanced, 0),
      row('ms to the first token', first, 1),
      row('ms to the whole suggestion', total, 1),
      row('ms to the first token after a jump', cold, 1),
    ],
  );
  console.log(`A cancelled request stops within ${Math.max(...deaf).toFixed(0)} ms, the longest seen.`);
  await engine.close();
}
