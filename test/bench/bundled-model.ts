import { openModel } from '../../engine/runtime/open-model.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';

/** Speed of the model that ships, by tokens a run, with the logits of the last. */
export async function benchBundledModel(threads: number): Promise<void> {
  const { session, manifest } = await openModel('engine/bundled', { threads });
  const rows: string[][] = [];
  for (const tokens of [1, 4, 16, 64, 128, 256, 512]) {
    const ids = Array.from({ length: tokens }, (_, index) => 16 + ((index * 37) % 8000));
    let { state } = await session.advance(session.initialState(), ids, 'last');
    const times: number[] = [];
    for (let run = 0; run < (tokens >= 128 ? 15 : 60); run++) {
      const started = performance.now();
      ({ state } = await session.advance(state, ids, 'last'));
      times.push(performance.now() - started);
    }
    state.release();
    rows.push([String(tokens), median(times).toFixed(2), ((tokens / median(times)) * 1000).toFixed(0)]);
  }
  const { layers, hiddenSize } = manifest.config;
  printTable(
    `The bundled model, ${hiddenSize} wide, ${layers} layers, ${manifest.bits} bits, ${threads} threads: medians`,
    ['tokens a run', 'ms', 'tokens a second'],
    rows,
  );
  await session.close();
}
