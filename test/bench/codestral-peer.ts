import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DraftSize } from '../../engine/completion/draft-size.ts';
import { greedy, PromptLookup } from '../../engine/decoding/index.ts';
import type { ModelSession } from '../../engine/runtime/model-session.ts';
import { openModel } from '../../engine/runtime/open-model.ts';
import { loadTokenizer } from '../../engine/tokenizer/index.ts';
import type { Manifest } from '../../engine/weights/manifest.ts';
import { openPackage } from '../../engine/weights/package.ts';
import { bitsOf, RECIPES, writeRandomGguf } from './llama-cpp/random-gguf.ts';
import { LlamaServer, serverBinary } from './llama-cpp/server.ts';
import { randomPackage } from './random-package.ts';
import { timeSteps } from './speculation.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';

const PREFILLS = [16, 128, 512];
const DECODED = 24;
const ROUNDS = 5;
/** Text that repeats itself, for prompt lookup. */
const REPETITIVE = 'node_modules/@types/node/fs.d.ts';
const LOOKED_UP = { context: 1500, tokens: 64, places: 6 };

/** Medians, ms: of prefills, by their tokens, and of a decoded token. */
interface Speed {
  prefill: readonly number[];
  decode: number;
}

/**
 * Prefill and decode beside llama.cpp's, at the shape of a model package (Codestral Mamba's, 4 layers, if none is given) with random
 * weights on both sides. One after the other, ours again after each of theirs.
 * @throws BadInputError if there is no llama-server
 */
export async function benchCodestralPeer(threads: number, folder: string | undefined): Promise<void> {
  const binary = serverBinary();
  const source = folder ?? (await randomPackage());
  const { manifest } = await openPackage(source);
  const { config } = manifest;
  if (config.architecture !== 'mamba2') throw new Error('only Mamba-2 models are written as GGUF here');
  const temporary = await mkdtemp(join(tmpdir(), 'mamba-complete-peer-'));
  const theirs: [name: string, bits: number, speed: Speed][] = [];
  const ours: Speed[] = [];
  let lookup = 0;
  try {
    for (const recipe of Object.keys(RECIPES) as (keyof typeof RECIPES)[]) {
      const model = join(temporary, `${recipe}.gguf`);
      writeRandomGguf(model, config, recipe);
      const server = await LlamaServer.start(binary, { model, threads, args: ['-ub', '512'] });
      theirs.push([`llama.cpp ${recipe}`, bitsOf(RECIPES[recipe].projections), await timeTheirs(server)]);
      await server.stop();
      await rm(model);
      const { session } = await openModel(source, { threads });
      ours.push(await timeOurs(session));
      lookup = await timeLookup(session);
      await session.close();
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  const mine: Speed = {
    prefill: PREFILLS.map((_, at) => median(ours.map(({ prefill }) => prefill[at] ?? NaN))),
    decode: median(ours.map(({ decode }) => decode)),
  };
  const row = (name: string, bits: number, { prefill, decode }: Speed): string[] => [
    name,
    bits.toFixed(2),
    ...prefill.map(
      (ms, at) =>
        `${(((PREFILLS[at] ?? 0) * 1000) / ms).toFixed(1)} (${(ms / (mine.prefill[at] ?? NaN)).toFixed(2)} ×)`,
    ),
    `${(1000 / decode).toFixed(2)} (${(decode / mine.decode).toFixed(2)} ×)`,
  ];
  printTable(
    `Tokens/s beside llama.cpp, ${manifest.config.layers} layers of Codestral's shape, ${threads} threads; in brackets how much slower than ours`,
    [
      'engine',
      'bits a weight of the projections',
      ...PREFILLS.map((tokens) => `prefill of ${tokens}`),
      'decode',
    ],
    [
      row('ours', projectionBits(manifest), mine),
      ...theirs.map(([name, bits, speed]) => row(name, bits, speed)),
      row('ours, prompt lookup on repetitive code', projectionBits(manifest), {
        prefill: [],
        decode: lookup,
      }).flatMap((cell, at) => (at === 1 ? [cell, ...PREFILLS.map(() => '')] : [cell])),
    ],
  );
}

/** Bits a weight of the projections, scales and zero points included. */
function projectionBits({ tensors }: Manifest): number {
  const [, stored] = Object.entries(tensors).find(([name]) => name.endsWith('in_proj.weight')) ?? [];
  return stored?.encoding === 'blocks' ? stored.bits + 32 / stored.block : 32;
}

const idsOf = (tokens: number, round: number): number[] =>
  Array.from({ length: tokens }, (_, at) => 100 + ((at * 37 + round * 101) % 8000));

async function timeTheirs(server: LlamaServer): Promise<Speed> {
  const measure = async (tokens: number, predicted: number, round: number) => {
    const body = { prompt: idsOf(tokens, round), n_predict: predicted, temperature: 0, ignore_eos: true };
    const answer = (await server.post('/completion', { ...body, cache_prompt: false })) as {
      timings: { prompt_n: number; prompt_ms: number; predicted_n: number; predicted_ms: number };
    };
    return answer.timings;
  };
  await measure(128, 4, ROUNDS); // it warms up
  const prefill: number[] = [];
  for (const tokens of PREFILLS) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { prompt_n: count, prompt_ms: ms } = await measure(tokens, 1, round);
      times.push((ms * tokens) / count);
    }
    prefill.push(median(times));
  }
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { predicted_n: count, predicted_ms: ms } = await measure(16, DECODED, round);
    times.push(ms / count);
  }
  return { prefill, decode: median(times) };
}

async function timeOurs(session: ModelSession): Promise<Speed> {
  const advance = async (ids: readonly number[]): Promise<number> => {
    const started = performance.now();
    const { state } = await session.advance(session.initialState(), ids, 'last');
    state.release();
    return performance.now() - started;
  };
  await advance(idsOf(128, ROUNDS));
  const prefill: number[] = [];
  for (const tokens of PREFILLS) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await advance(idsOf(tokens, round)));
    prefill.push(median(times));
  }
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let { state, logits } = await session.advance(session.initialState(), idsOf(16, round), 'last');
    const started = performance.now();
    for (let token = 0; token < DECODED; token++)
      ({ state, logits } = await session.advance(state, [greedy(logits)], 'last'));
    times.push((performance.now() - started) / DECODED);
    state.release();
  }
  return { prefill, decode: median(times) };
}

/** Ms a token with prompt lookup, the file's own text in place of what random weights choose. */
async function timeLookup(session: ModelSession): Promise<number> {
  const tokenizer = await loadTokenizer('engine/bundled');
  const ids = tokenizer.encode(readFileSync(REPETITIVE, 'utf8').slice(0, 200_000));
  const speculation = { lookup: new PromptLookup(), size: new DraftSize() };
  const { context, tokens, places } = LOOKED_UP;
  let spent = 0;
  for (let place = 0; place < places; place++) {
    const at = context + Math.floor(((ids.length - context - tokens) * place) / places);
    speculation.lookup.begin(REPETITIVE, ids.slice(at - context, at));
    spent += (await timeSteps(session, ids.slice(at, at + tokens), speculation)).ms;
  }
  return spent / (places * tokens);
}
