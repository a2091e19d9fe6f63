import { benchBridging } from './bridging.ts';
import { benchBundledModel } from './bundled-model.ts';
import { benchCodestralLayers } from './codestral-layers.ts';
import { benchCodestralPeer } from './codestral-peer.ts';
import { benchConvert } from './convert.ts';
import { benchGranite } from './granite.ts';
import { benchLlamaCpp, TRACE } from './llama-cpp/bench.ts';
import { benchMemory } from './memory.ts';
import { benchRestoring } from './restoring.ts';
import { benchSessions } from './sessions.ts';
import { benchSpeculation } from './speculation.ts';
import { benchTyping } from './typing.ts';

const THREADS = 2;

/** What can be asked for alone, by name; without a name all but those that need another program or 20 GB of disk are measured. */
const BENCHES: Record<string, (...args: (string | undefined)[]) => Promise<void>> = {
  'bundled-model': () => benchBundledModel(THREADS),
  // First of those that measure more than speed: what ran before takes memory too.
  memory: () => benchMemory(THREADS),
  typing: () => benchTyping(THREADS),
  bridging: () => benchBridging(THREADS),
  'codestral-layers': () => benchCodestralLayers(THREADS),
  granite: (only) => benchGranite(THREADS, only),
  restoring: () => benchRestoring(THREADS),
  sessions: () => benchSessions(THREADS),
  speculation: () => benchSpeculation(THREADS),
  convert: (folder, block) => benchConvert(folder, block),
  'codestral-peer': (folder) => benchCodestralPeer(THREADS, folder),
  'llama-cpp': (trace = TRACE) => benchLlamaCpp(THREADS, trace),
};
const NEEDS_MORE = ['convert', 'codestral-peer', 'llama-cpp'];

async function main(): Promise<void> {
  const [name, ...args] = process.argv.slice(2);
  const chosen =
    name === undefined ? Object.keys(BENCHES).filter((one) => !NEEDS_MORE.includes(one)) : [name];
  for (const one of chosen) {
    const bench = BENCHES[one];
    if (bench === undefined) throw new Error(`There is ${Object.keys(BENCHES).join(', ')}; not ${one}.`);
    await bench(...args);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
