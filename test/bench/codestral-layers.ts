import { greedy } from '../../engine/decoding/index.ts';
import { openModel, type OpenModel } from '../../engine/runtime/open-model.ts';
import { storedBytes } from '../../engine/weights/manifest.ts';
import { LAYERS, randomPackage } from './random-package.ts';
import { ReadBandwidth } from '../../engine/library/read-bandwidth.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';

/** What a first prototype needed, ms a layer with two threads: the limit to stay below. */
const LIMITS = new Map([
  [1, 2.7],
  [16, 9.0],
  [128, 63],
]);
/** The share of the read bandwidth that decoding is to reach. */
const BANDWIDTH_SHARE = 0.85;

/** Speed at Codestral Mamba's layer shape: 4 of its 64 layers, random weights, 4 bits. */
export async function benchCodestralLayers(threads: number): Promise<void> {
  const bandwidth = await ReadBandwidth.start(threads);
  const model = await openModel(await randomPackage(), { threads });
  const rows: string[][] = [];
  for (const tokens of [1, 2, 4, 8, 16, 32, 64, 128]) {
    const perLayer = (await timeRuns(model, tokens, tokens >= 64 ? 7 : 25)) / LAYERS;
    const limit = LIMITS.get(tokens);
    rows.push([String(tokens), perLayer.toFixed(2), (perLayer / tokens).toFixed(2), limit?.toFixed(1) ?? '']);
  }
  printTable(
    `Codestral's layer shape, ${LAYERS} layers, 4 bits, ${threads} threads: medians, without the head`,
    ['tokens a run', 'ms a layer', 'ms a layer and token', 'limit, ms a layer'],
    rows,
  );
  await benchDecode(model, bandwidth, threads);
  await model.session.close();
  await bandwidth.stop();
}

/** Decoding reads every weight and the state once a token, and writes the state: held against reading memory, in turns. */
async function benchDecode(model: OpenModel, bandwidth: ReadBandwidth, threads: number): Promise<void> {
  const { session, manifest } = model;
  const read = bytesAToken(model);
  const shares: number[] = [];
  const rates: number[] = [];
  const limits: number[] = [];
  let { state, logits } = await session.advance(session.initialState(), [1, 2, 3], 'last');
  for (let round = 0; round < 9; round++) {
    const before = await bandwidth.measure();
    const times: number[] = [];
    for (let token = 0; token < 10; token++) {
      const started = performance.now();
      ({ state, logits } = await session.advance(state, [greedy(logits)], 'last'));
      times.push(performance.now() - started);
    }
    const limit = (before + (await bandwidth.measure())) / 2;
    const rate = (read * 1000) / median(times);
    shares.push(rate / limit);
    rates.push(rate);
    limits.push(limit);
  }
  state.release();
  const share = median(shares);
  printTable(
    `Decoding with the head, ${manifest.config.layers} layers, ${threads} threads: medians of 9 rounds, each beside the limit`,
    ['MB a token', 'ms a token', 'GB/s', 'read bandwidth, GB/s', 'share', 'limit'],
    [
      [
        (read / 1e6).toFixed(0),
        ((read / median(rates)) * 1000).toFixed(2),
        (median(rates) / 1e9).toFixed(1),
        (median(limits) / 1e9).toFixed(1),
        `${(share * 100).toFixed(0)} %`,
        `${BANDWIDTH_SHARE * 100} %`,
      ],
    ],
  );
}

/** Weights of the layers and the head as stored, and the state. */
function bytesAToken({ manifest, session }: OpenModel): number {
  let bytes = session.stateBytes;
  for (const [name, tensor] of Object.entries(manifest.tensors)) {
    if (name === 'backbone.embeddings.weight' && !manifest.config.tiedHead) continue;
    const { values, scales, zeroPoints } = storedBytes(tensor);
    bytes += values + scales + zeroPoints;
  }
  return bytes;
}

async function timeRuns({ session }: OpenModel, tokens: number, runs: number): Promise<number> {
  const ids = Array.from({ length: tokens }, (_, index) => (index * 37) % session.vocabularySize);
  let { state } = await session.advance(session.initialState(), ids, 'none');
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    ({ state } = await session.advance(state, ids, 'none'));
    times.push(performance.now() - started);
  }
  state.release();
  return median(times);
}
