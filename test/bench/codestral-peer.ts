import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { greedy } from '../../engine/decoding/index.ts';
import type { ModelSession } from '../../engine/runtime/model-session.ts';
import { openModel } from '../../engine/runtime/open-model.ts';
import { storedBytes, type Manifest, type StoredTensor } from '../../engine/weights/manifest.ts';
import { seededRandom } from '../../engine/seeded-random.ts';
import { bitsOf, RECIPES, writeRandomGguf } from './llama-cpp/random-gguf.ts';
import { LlamaServer, serverBinary } from './llama-cpp/server.ts';
import { randomPackage } from './random-package.ts';
import { RecitedFile } from './recited-file.ts';
import { timeSteps } from './speculation.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';

const PREFILLS = [16, 128, 512];
/** Most tokens of one of our runs: more gain nothing. */
const CHUNK = 128;
const DECODED = 24;
/** How often all is measured; less where a round takes a minute. */
const [ROUNDS, DEEP_ROUNDS, DEEP_LAYERS] = [7, 2, 32];
/** Text that repeats itself, for prompt lookup. */
const REPETITIVE = 'node_modules/@types/node/fs.d.ts';
const LOOKED_UP = { tokens: 64, places: 5 };

/** Ms a token: of prefills, by how many tokens they have, and of decoding. */
type Measured = Record<string, number>;

/**
 * Prefill and decode beside llama.cpp's, at the shape of a model package (Codestral Mamba's, 4 layers, if none is given) with random
 * weights on both sides: both are loaded, and measured in turns.
 * @throws BadInputError if there is no llama-server
 */
export async function benchCodestralPeer(threads: number, folder: string | undefined): Promise<void> {
  const binary = serverBinary();
  const source = folder ?? (await randomPackage());
  const { manifest, session } = await openModel(source, { threads });
  const { config } = manifest;
  if (config.architecture !== 'mamba2') throw new Error('only Mamba-2 models are written as GGUF here');
  const rounds = config.layers < DEEP_LAYERS ? ROUNDS : DEEP_ROUNDS;
  const temporary = await mkdtemp(join(tmpdir(), 'mamba-complete-peer-'));
  const rows: string[][] = [];
  const recited = await RecitedFile.read(REPETITIVE);
  const random = seededRandom(5);
  try {
    for (const recipe of Object.keys(RECIPES) as (keyof typeof RECIPES)[]) {
      const model = join(temporary, `${recipe}.gguf`);
      writeRandomGguf(model, config, recipe);
      const server = await LlamaServer.start(binary, { model, threads, args: ['-ub', '512'] });
      const [theirs, ours]: [Measured[], Measured[]] = [[], []];
      // The first round warms both up.
      for (let round = 0; round <= rounds; round++) {
        theirs.push(await timeTheirs(server, round));
        ours.push({
          ...(await timeOurs(session, round)),
          lookup: await timeLookup(session, recited, random),
        });
      }
      await server.stop();
      await rm(model);
      rows.push(...comparison(`llama.cpp ${recipe}`, theirs.slice(1), ours.slice(1)));
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
    await session.close();
  }
  const bits = `${projectionBits(manifest).toFixed(2)} bits a weight of the projections here, ${bitsOf('Q4_0')} there`;
  printTable(
    `Tokens/s at ${config.layers} layers of Codestral's shape, ${threads} threads, ${bits}: medians of ${rounds} rounds in turns`,
    [
      '',
      ...PREFILLS.map((tokens) => `prefill of ${tokens}`),
      'decode',
      'with prompt lookup, repetitive code',
    ],
    rows,
  );
}

/** Three rows: theirs, ours, and the median of the rounds' ratios. */
function comparison(name: string, theirs: readonly Measured[], ours: readonly Measured[]): string[][] {
  const kinds = [...PREFILLS.map(String), 'decode', 'lookup'];
  const rate = (all: readonly Measured[], kind: string): string =>
    (1000 / median(all.map((one) => one[kind] ?? NaN))).toFixed(1);
  const ratio = (kind: string): string => {
    const beside = kind === 'lookup' ? 'decode' : kind;
    return `${median(theirs.map((one, at) => (one[beside] ?? NaN) / (ours[at]?.[kind] ?? NaN))).toFixed(2)} ×`;
  };
  return [
    [name, ...kinds.slice(0, -1).map((kind) => rate(theirs, kind)), ''],
    ['ours', ...kinds.map((kind) => rate(ours, kind))],
    ['ours is faster by', ...kinds.map(ratio)],
  ];
}

/** Mean bits a weight of the projections, scales and zero points included. */
function projectionBits({ tensors }: Manifest): number {
  const stored = Object.entries(tensors).filter(([name]) => /(in|out)_proj\.weight$/.test(name));
  const sum = (of: (tensor: StoredTensor) => number): number =>
    stored.reduce((total, [, tensor]) => total + of(tensor), 0);
  const bytes = sum((tensor) => {
    const { values, scales, zeroPoints } = storedBytes(tensor);
    return values + scales + zeroPoints;
  });
  return (8 * bytes) / sum(({ shape }) => shape.reduce((product, size) => product * size, 1));
}

const idsOf = (tokens: number, round: number): number[] =>
  Array.from({ length: tokens }, (_, at) => 100 + ((at * 37 + round * 101) % 8000));

async function timeTheirs(server: LlamaServer, round: number): Promise<Measured> {
  const measure = async (tokens: number, predicted: number) => {
    const body = { prompt: idsOf(tokens, round), n_predict: predicted, temperature: 0, ignore_eos: true };
    const answer = (await server.post('/completion', { ...body, cache_prompt: false })) as {
      timings: { prompt_per_token_ms: number; predicted_per_token_ms: number };
    };
    return answer.timings;
  };
  const measured: Measured = {};
  for (const tokens of PREFILLS) measured[tokens] = (await measure(tokens, 1)).prompt_per_token_ms;
  return { ...measured, decode: (await measure(16, DECODED)).predicted_per_token_ms };
}

async function timeOurs(session: ModelSession, round: number): Promise<Measured> {
  const measured: Measured = {};
  for (const tokens of PREFILLS) {
    const ids = idsOf(tokens, round);
    const started = performance.now();
    let state = session.initialState();
    for (let at = 0; at < tokens; at += CHUNK)
      ({ state } = await session.advance(
        state,
        ids.slice(at, at + CHUNK),
        at + CHUNK < tokens ? 'none' : 'last',
      ));
    state.release();
    measured[tokens] = (performance.now() - started) / tokens;
  }
  let { state, logits } = await session.advance(session.initialState(), idsOf(16, round), 'last');
  const started = performance.now();
  for (let token = 0; token < DECODED; token++)
    ({ state, logits } = await session.advance(state, [greedy(logits)], 'last'));
  const decode = (performance.now() - started) / DECODED;
  state.release();
  return { ...measured, decode };
}

/** Ms a token of decoding with prompt lookup, at some places of a file. */
async function timeLookup(
  session: ModelSession,
  recited: RecitedFile,
  random: () => number,
): Promise<number> {
  const { tokens, places } = LOOKED_UP;
  const [from, to] = recited.range(tokens);
  let spent = 0;
  for (let place = 0; place < places; place++) {
    const { ids, speculation } = recited.begin(from + Math.floor((to - from) * random()), tokens);
    spent += (await timeSteps(session, ids, speculation)).ms;
  }
  return spent / (places * tokens);
}
