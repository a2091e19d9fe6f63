import { benchBundledModel } from './bundled-model.ts';
import { benchCodestralLayers } from './codestral-layers.ts';
import { ReadBandwidth } from './read-bandwidth.ts';
import { benchTyping } from './typing.ts';

const THREADS = 2;

async function main(): Promise<void> {
  const bandwidth = await ReadBandwidth.start(THREADS);
  await benchBundledModel(THREADS);
  await benchTyping(THREADS);
  await benchCodestralLayers(bandwidth, THREADS);
  await bandwidth.stop();
}

void main();
