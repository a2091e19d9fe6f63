import { openModel } from '../../engine/runtime/open-model.ts';
import type { ModelSession } from '../../engine/runtime/model-session.ts';
import { randomPackage } from './random-package.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';

const COUNTS = [1, 4, 16, 64, 128];
const RUNS = 15;

/**
 * The ways back to a place some tokens after a state that is kept: advancing again, replaying the recurrences from a log, or a state
 * kept there (a reference, which costs nothing to restore). Held against the memory that each takes.
 */
export async function benchRestoring(threads: number): Promise<void> {
  for (const [name, folder] of [
    ['the bundled model', 'engine/bundled'],
    ["Codestral's layer shape, 4 layers", await randomPackage()],
  ] as const) {
    const model = await openModel(folder, { threads });
    const { session } = model;
    const rows: string[][] = [];
    for (const count of COUNTS) rows.push(await measure(session, count));
    printTable(
      `Restoring a place so many tokens after a state, ${name}, ${threads} threads: medians of ${RUNS}`,
      [
        'tokens',
        'advance, ms',
        'replay, ms',
        'share',
        'log, MiB',
        'a state, MiB',
        'of float16: largest error of a logit',
      ],
      rows,
    );
    await model.close();
  }
}

async function measure(session: ModelSession, count: number): Promise<string[]> {
  const ids = (length: number, seed: number): number[] =>
    Array.from({ length }, (_, at) => 300 + ((at * 7919 + seed * 104_729) % 5000));
  const base = (await session.advance(session.initialState(), ids(64, 0), 'none')).state;
  const times: { advance: number[]; replay: number[] } = { advance: [], replay: [] };
  let error = 0;
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now();
    const advanced = await session.advance(base.retain(), ids(count, run + 1), 'last', 0);
    const between = performance.now();
    const replayed = await session.replay(base.retain(), advanced.log);
    times.advance.push(between - started);
    times.replay.push(performance.now() - between);
    error = Math.max(error, await halfPrecisionError(session, advanced.state.retain()));
    advanced.state.release();
    replayed.release();
    session.recycle(advanced.log);
  }
  base.release();
  const [advance, replay] = [median(times.advance), median(times.replay)];
  return [
    String(count),
    advance.toFixed(2),
    replay.toFixed(2),
    (replay / advance).toFixed(2),
    ((count * session.logBytes) / 2 ** 20).toFixed(2),
    (session.stateBytes / 2 ** 20).toFixed(2),
    error.toExponential(1),
  ];
}

/** How far the next logits move if a state is kept in half the bytes: its numbers rounded to float16's 11 bits. */
async function halfPrecisionError(
  session: ModelSession,
  state: Parameters<ModelSession['advance']>[0],
): Promise<number> {
  const rounded = session.stateFrom(state.length, state.buffer.values.map(toFloat16));
  const exact = await session.advance(state, [301], 'last');
  const expected = exact.logits.slice();
  exact.state.release();
  const moved = await session.advance(rounded, [301], 'last');
  moved.state.release();
  return moved.logits.reduce((most, logit, id) => Math.max(most, Math.abs(logit - (expected[id] ?? 0))), 0);
}

/** The nearest number of 11 significant bits; what float16 cannot hold for its range does not occur here. */
function toFloat16(value: number): number {
  if (value === 0) return 0;
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  return Math.round(value / unit) * unit;
}
