import { StateFiles } from '../../../engine/state/state-files.ts';
import { MODEL, STATE_LENGTH, valuesOf } from './state-values.ts';

/** A program of its own: writes one state after the other into a folder until it is killed, a dot for each. */
async function main(folder: string): Promise<void> {
  const files = new StateFiles({
    folder,
    modelHash: MODEL,
    stateLength: () => STATE_LENGTH,
    capBytes: 2 ** 30,
  });
  for (let count = 1; ; count++) {
    const ids = Array.from({ length: 10 }, (_, at) => at + count);
    await files.put(ids, valuesOf(ids, STATE_LENGTH));
    process.stdout.write('.');
  }
}

void main(process.argv[2] ?? '');
