import { TokenSteps, type Speculation } from '../../engine/completion/token-steps.ts';
import type { ModelSession } from '../../engine/runtime/model-session.ts';
import { openModel } from '../../engine/runtime/open-model.ts';
import { randomPackage } from './random-package.ts';
import { RecitedFile } from './recited-file.ts';
import { printTable } from './table.ts';

/** Files that nobody wrote for this. */
const FILES = {
  'declarations (typescript)': 'node_modules/typescript/lib/typescript.d.ts',
  'repetitive code (declarations of fs)': 'node_modules/@types/node/fs.d.ts',
  'code (esbuild)': 'node_modules/esbuild/lib/main.js',
  'prose (a licence)': 'node_modules/typescript/LICENSE.txt',
};
const GENERATED = 64;
const PLACES = 12;

/**
 * Plain decoding against prompt lookup at Codestral Mamba's layer shape. The model's weights are random, so what it chooses is replaced
 * by what the file really says; every run, verification and restoring is done and timed as ever.
 */
export async function benchSpeculation(threads: number): Promise<void> {
  const { session } = await openModel(await randomPackage(), { threads });
  const rows: string[][] = [];
  for (const [name, file] of Object.entries(FILES)) {
    const recited = await RecitedFile.read(file);
    const spent = { plain: 0, speculative: 0, drafted: 0, accepted: 0 };
    const [from, to] = recited.range(GENERATED);
    for (let place = 0; place < PLACES; place++) {
      const { ids, speculation } = recited.begin(
        from + Math.floor(((to - from) * place) / PLACES),
        GENERATED,
      );
      spent.plain += (await timeSteps(session, ids, undefined)).ms;
      const { ms, steps } = await timeSteps(session, ids, speculation);
      spent.speculative += ms;
      spent.drafted += steps.drafted;
      spent.accepted += steps.accepted;
    }
    const tokens = PLACES * GENERATED;
    rows.push([
      name,
      (spent.plain / tokens).toFixed(2),
      (spent.speculative / tokens).toFixed(2),
      `${(spent.plain / spent.speculative).toFixed(2)} ×`,
      `${spent.accepted} of ${spent.drafted}`,
    ]);
  }
  printTable(
    `Prompt lookup at Codestral's layer shape, 4 layers, 4 bits, ${threads} threads: ${PLACES} completions of ${GENERATED} tokens, in turns with plain decoding`,
    ['the model "chooses"', 'plain, ms a token', 'speculative', 'speed', 'drafted tokens right'],
    rows,
  );
  await session.close();
}

/** Steps through a text as if the model chose it. */
export async function timeSteps(
  session: ModelSession,
  ids: readonly number[],
  speculation: Speculation | undefined,
): Promise<{ ms: number; steps: TokenSteps }> {
  const { state } = await session.advance(session.initialState(), [1], 'last');
  const steps = new TokenSteps(session, state, speculation);
  const started = performance.now();
  for (const id of ids) await steps.push(id);
  const ms = performance.now() - started;
  steps.release();
  return { ms, steps };
}
