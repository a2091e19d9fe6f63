import { readFileSync } from 'node:fs';
import { DraftSize } from '../../engine/completion/draft-size.ts';
import { openCompleter } from '../../engine/completion/open-completer.ts';
import { TokenSteps, type Speculation } from '../../engine/completion/token-steps.ts';
import { PromptLookup } from '../../engine/decoding/index.ts';
import type { ModelSession } from '../../engine/runtime/model-session.ts';
import { openModel } from '../../engine/runtime/open-model.ts';
import { loadTokenizer } from '../../engine/tokenizer/index.ts';
import { randomPackage } from './random-package.ts';
import { printTable } from './table.ts';

/** Files that nobody wrote for this. */
const FILES = {
  'declarations (typescript)': 'node_modules/typescript/lib/typescript.d.ts',
  'repetitive code (declarations of fs)': 'node_modules/@types/node/fs.d.ts',
  'code (esbuild)': 'node_modules/esbuild/lib/main.js',
  'prose (a licence)': 'node_modules/typescript/LICENSE.txt',
};
const CONTEXT = 1500;
const GENERATED = 64;
const PLACES = 12;

/**
 * Plain decoding against prompt lookup at Codestral Mamba's layer shape. The model's weights are random, so what it chooses is replaced
 * by what the file really says; every run, verification and restoring is done and timed as ever.
 */
export async function benchSpeculation(threads: number): Promise<void> {
  const { session } = await openModel(await randomPackage(), { threads });
  const tokenizer = await loadTokenizer('engine/bundled');
  const rows: string[][] = [];
  for (const [name, file] of Object.entries(FILES)) {
    const ids = tokenizer.encode(readFileSync(file, 'utf8').slice(0, 200_000));
    const speculation: Speculation = { lookup: new PromptLookup(), size: new DraftSize() };
    const spent = { plain: 0, speculative: 0, drafted: 0, accepted: 0 };
    const span = Math.max(1, Math.floor((ids.length - CONTEXT - GENERATED) / PLACES));
    for (let place = 0; place < PLACES; place++) {
      const at = Math.min(CONTEXT + place * span, ids.length - GENERATED);
      const truth = ids.slice(at, at + GENERATED);
      speculation.lookup.begin(file, ids.slice(Math.max(0, at - CONTEXT), at));
      spent.plain += (await timeSteps(session, truth, undefined)).ms;
      const { ms, steps } = await timeSteps(session, truth, speculation);
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
  await benchBundled(threads);
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

/** The bundled model's own completions: the same text, and how long it took. */
async function benchBundled(threads: number): Promise<void> {
  const rows: string[][] = [];
  for (const [name, file] of Object.entries(FILES)) {
    const text = readFileSync(file, 'utf8').slice(0, 200_000);
    const spent = [0, 0];
    let [same, all, drafted, accepted] = [0, 0, 0, 0];
    const [plain, speculative] = [
      await openCompleter('engine/bundled', threads, undefined, { speculates: false }),
      await openCompleter('engine/bundled', threads),
    ];
    for (let place = 1; place <= PLACES * 4; place++) {
      const at = text.indexOf('\n', Math.floor((text.length * place) / (PLACES * 4 + 2))) + 1;
      const context = { prefix: text.slice(0, at), suffix: '', prefixOffset: 0, path: file, languageId: '' };
      const request = {
        context,
        document: file,
        lines: 'multiple' as const,
        maxTokens: GENERATED,
        prefixTokens: CONTEXT,
        suffixTokens: 0,
      };
      const said: string[] = [];
      for (const [which, { completer }] of [plain, speculative].entries()) {
        const result = await completer.complete(request, () => false);
        spent[which] = (spent[which] ?? 0) + result.account.decodeMs;
        drafted += result.account.draftedTokens;
        accepted += result.account.acceptedTokens;
        said.push(result.kind === 'completion' ? result.text : result.reason);
      }
      all++;
      if (said[0] === said[1]) same++;
    }
    rows.push([
      name,
      ((spent[0] ?? 0) / all).toFixed(1),
      ((spent[1] ?? 0) / all).toFixed(1),
      `${((spent[0] ?? 0) / (spent[1] ?? 1)).toFixed(2)} ×`,
      `${accepted} of ${drafted}`,
      `${same} of ${all}`,
    ]);
    await plain.close();
    await speculative.close();
  }
  printTable(
    `Prompt lookup with the bundled model's own completions, ${threads} threads`,
    ['file', 'plain, ms a completion', 'speculative', 'speed', 'drafted tokens right', 'same text'],
    rows,
  );
}
