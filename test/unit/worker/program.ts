import { resolve } from 'node:path';
import { openEngine } from '../../../engine/index.ts';

/**
 * A program of its own with an engine that it never closes.
 *
 * Usage: program.js MODEL EXIT, with EXIT `unused` (nothing is asked), `idle` (nothing more after a completion), or the
 * milliseconds after which it exits: in the middle of a long completion, or with `loading+` before them while the model loads.
 */
async function main(model: string, exit: string): Promise<void> {
  const [, loading, delay] = /^(loading\+)?(\d+)$/.exec(exit) ?? [];
  const exitSoon = (): void => {
    if (delay !== undefined) setTimeout(() => process.exit(0), Number(delay));
  };
  if (loading !== undefined) exitSoon();
  const engine = await openEngine({ worker: resolve('out/worker.js'), model, threads: 1 });
  if (loading === undefined) exitSoon();
  if (exit === 'unused') return;
  const prefix = delay === undefined ? 'x = ' : 'const value = compute(first, second);\n'.repeat(1000);
  const result = await engine.complete({
    document: 'a.ts',
    context: { prefix, suffix: '', prefixOffset: 0, path: 'a.ts', languageId: 'typescript' },
    lines: 'single',
    maxTokens: 32,
    prefixTokens: 9000,
    suffixTokens: 500,
  });
  console.log(result.kind === 'completion' ? result.text : result.reason);
}

const [, , model = '', exit = ''] = process.argv;
void main(model, exit);
