import { readFileSync } from 'node:fs';
import { Completer } from '../../engine/completion/completer.ts';
import { greedy } from '../../engine/decoding/index.ts';
import { chooseFimFormat, possibleFimFormats } from '../../engine/prompt/index.ts';
import type { ModelSession } from '../../engine/runtime/model-session.ts';
import { openModel } from '../../engine/runtime/open-model.ts';
import type { SequenceState } from '../../engine/runtime/sequence-state.ts';
import { Speed } from '../../engine/runtime/speed.ts';
import { loadTokenizer } from '../../engine/tokenizer/index.ts';
import { granite350mConfig, graniteMicroConfig } from '../fixtures/random-checkpoint.ts';
import { randomPackageOf } from './random-package.ts';
import { median, quantile } from './statistics.ts';
import { printTable } from './table.ts';

const CONTEXT_TOKENS = 2000;
const MICRO_LAYERS = 4;
const PREFILL_CHUNK = 128;
/** A file that nobody wrote for this: esbuild's own, 2,000 lines of JavaScript. */
const FILE = 'node_modules/esbuild/lib/main.js';
const TYPED = 24;

/**
 * Speed at Granite 4.0-H's shapes with random weights in 4 bits: the whole 350M, and four layers of Micro.
 * @param only one of them, by a part of its name
 */
export async function benchGranite(threads: number, only?: string): Promise<void> {
  for (const [name, title, config] of [
    ['granite-350m', 'Granite 4.0-H 350M', granite350mConfig()],
    [
      'granite-micro-4-layers',
      `Granite 4.0-H Micro, ${MICRO_LAYERS} of 40 layers`,
      graniteMicroConfig(MICRO_LAYERS),
    ],
  ] as const) {
    if (only !== undefined && !name.includes(only)) continue;
    const model = await openModel(await randomPackageOf(name, config), { threads });
    const { session } = model;
    const base = await benchPrefill(session, title, threads);
    await benchRuns(session, base, title);
    base.release();
    if (name === 'granite-350m') await benchTyping(session, title);
    await model.close();
  }
}

/** @returns the state after the context */
async function benchPrefill(session: ModelSession, title: string, threads: number): Promise<SequenceState> {
  const ids = idsOf(session, CONTEXT_TOKENS);
  const times: number[] = [];
  let state = session.initialState();
  for (let round = 0; round < 3; round++) {
    state.release();
    state = session.initialState();
    const started = performance.now();
    for (let at = 0; at < ids.length; at += PREFILL_CHUNK)
      ({ state } = await session.advance(state, ids.slice(at, at + PREFILL_CHUNK), 'none'));
    times.push(performance.now() - started);
  }
  const decode: number[] = [];
  let { state: end, logits } = await session.advance(state.retain(), [1], 'last');
  for (let token = 0; token < 40; token++) {
    const started = performance.now();
    ({ state: end, logits } = await session.advance(end, [greedy(logits)], 'last'));
    decode.push(performance.now() - started);
  }
  end.release();
  printTable(
    `${title}, 4 bits, ${threads} threads`,
    ['', 'ms a token', 'tokens/s'],
    [
      [`prefill of ${CONTEXT_TOKENS} tokens in chunks of ${PREFILL_CHUNK}`, median(times) / CONTEXT_TOKENS],
      [`decoding after ${CONTEXT_TOKENS} tokens`, median(decode)],
    ].map(([what, ms]) => [String(what), Number(ms).toFixed(2), (1000 / Number(ms)).toFixed(0)]),
  );
  return state;
}

/** What a keystroke may have to advance by, from a state that is kept: the state is written elsewhere, the keys where they stand. */
async function benchRuns(session: ModelSession, base: SequenceState, title: string): Promise<void> {
  const rows: string[][] = [];
  for (const tokens of [1, 4, 8, 16, 64, 128]) {
    const ids = idsOf(session, tokens);
    const [advance, replay]: [number[], number[]] = [[], []];
    for (let run = 0; run < 15; run++) {
      const started = performance.now();
      const end = await session.advance(base.retain(), ids, 'last', 0);
      const between = performance.now();
      const again = await session.replay(base.retain(), end.log);
      replay.push(performance.now() - between);
      advance.push(between - started);
      end.state.release();
      again.release();
      session.recycle(end.log);
    }
    rows.push([String(tokens), median(advance).toFixed(1), median(replay).toFixed(1)]);
  }
  printTable(
    `${title}: from a state kept after ${base.length} tokens`,
    ['tokens', 'advance, ms', 'replay, ms'],
    rows,
  );
  printTable(
    `${title}: memory`,
    ['a state, MiB', 'keys and values a token, KiB', 'a log a token, KiB'],
    [
      [
        (session.stateBytes / 2 ** 20).toFixed(1),
        (session.keyBytes / 2 ** 10).toFixed(0),
        (session.logBytes / 2 ** 10).toFixed(0),
      ],
    ],
  );
}

/** As if reading cost nothing, so that no window is bounded by it. */
class NoTime extends Speed {
  override get prefillMs(): number {
    return 0.001;
  }
}

/**
 * Keystrokes with a warm state in each format of Granite's vocabulary: the word at the cursor is generated again; behind the prefix the suffix is
 * read again where a word begins. The tokens are those of a small vocabulary: a word has several times as many as with IBM's.
 */
async function benchTyping(session: ModelSession, title: string): Promise<void> {
  const tokenizer = await loadTokenizer('test/fixtures/tokenizer/granite');
  const lines = readFileSync(FILE, 'utf8').split('\n');
  const before = `${lines.slice(0, 600).join('\n')}\n`;
  const typed = lines.slice(600).join('\n').slice(0, TYPED);
  const suffix = `\n${lines.slice(601).join('\n')}`;
  const rows: string[][] = [];
  const psm = 'prefix-suffix-middle';
  for (const name of [`${psm}, unbounded`, ...possibleFimFormats(tokenizer)]) {
    const format = chooseFimFormat(tokenizer, name.replace(/,.*/, ''));
    const speed = name.includes(',') ? new NoTime() : new Speed();
    const completer = new Completer({ session, tokenizer, format }, 2 ** 30, { speed });
    const [first, advanced]: [number[], number[]] = [[], []];
    let prompt = 0;
    for (let length = 0; length <= typed.length; length++) {
      const context = {
        prefix: before + typed.slice(0, length),
        suffix,
        prefixOffset: 0,
        path: 'lib/main.js',
        languageId: 'javascript',
      };
      const request = { context, document: 'a', lines: 'single' as const, maxTokens: 1 };
      const windows = { prefixTokens: 1500, suffixTokens: 500 };
      const { account } = await completer.complete({ ...request, ...windows }, () => false);
      prompt = account.promptTokens;
      if (length === 0) continue;
      first.push(account.firstTokenMs);
      advanced.push(account.advancedTokens);
    }
    completer.forget();
    const quantiles = [0.5, 0.9, 1].map(
      (q) => `${quantile(advanced, q).toFixed(0)} / ${quantile(first, q).toFixed(0)}`,
    );
    const mean = first.reduce((sum, ms) => sum + ms, 0) / first.length;
    rows.push([name, String(prompt), ...quantiles, mean.toFixed(0)]);
  }
  printTable(
    `${title}: a keystroke with a warm state, 1,500 + 500 tokens; tokens advanced / ms to the first token`,
    ['format', 'prompt', 'p50', 'p90', 'most', 'mean ms'],
    rows,
  );
}

function idsOf({ vocabularySize }: ModelSession, count: number): number[] {
  return Array.from({ length: count }, (_, at) => (at * 7919 + 13) % vocabularySize);
}
