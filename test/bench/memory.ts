import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openEngine } from '../../engine/index.ts';
import { printTable } from './table.ts';

const MB = 1e6;
/** A file that nobody wrote for this, cut into documents. */
const FILE = 'node_modules/typescript/lib/typescript.d.ts';
const DOCUMENTS = 40;
const APART = 6000;
const AROUND = 60_000;

/** What the engine takes in memory with the bundled model: this project's own sources in the local cache, and many documents asked about. */
export async function benchMemory(threads: number): Promise<void> {
  const resident = (): number => process.memoryUsage.rss() / MB;
  const text = readFileSync(FILE, 'utf8');
  const sources = execFileSync('git', ['ls-files', '*.ts'], { encoding: 'utf8' }).trim().split('\n');
  const base = resident();
  const rows: string[][] = [];
  const note = (what: string): void => {
    rows.push([what, resident().toFixed(0), (resident() - base).toFixed(0)]);
  };
  const engine = await openEngine({
    worker: resolve('out/worker.js'),
    model: 'engine/bundled',
    threads,
    localCache: 'mixes',
  });
  note('loaded');
  for (const path of sources) engine.file(path, readFileSync(path, 'utf8'));
  for (let document = 1; document <= DOCUMENTS; document++) {
    const at = document * APART;
    const from = Math.max(0, at - AROUND);
    const context = { prefix: text.slice(from, at), suffix: text.slice(at, at + AROUND), prefixOffset: from };
    await engine.complete({
      context: { ...context, path: `${document}.ts`, languageId: 'typescript' },
      document: String(document),
      lines: 'auto',
      maxTokens: 64,
      prefixTokens: 1500,
      suffixTokens: 500,
    });
    if (document === 1) note('a document');
  }
  note(`${DOCUMENTS} documents`);
  await engine.close();
  printTable(
    `Resident memory with the bundled model and ${sources.length} files of a project, MB`,
    ['', 'of the process', 'of the engine'],
    rows,
  );
}
