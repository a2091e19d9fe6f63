import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { storedBytes, type Manifest, type StoredTensor } from '../../engine/weights/manifest.ts';
import { openPackage } from '../../engine/weights/package.ts';
import type { ConversionCost } from './convert-child.ts';
import { benchQuantization } from './quantization.ts';
import { writeSyntheticCodestral } from './synthetic-codestral.ts';
import { printTable } from './table.ts';

/** What converting may cost: source a second and core, and memory for any size. */
const LIMITS = { bytesPerCpuSecond: 250e6, peakBytes: 1.5 * 2 ** 30 };

/**
 * Converts a checkpoint of Codestral Mamba's full size and reports what it took and what came of it. Needs 20 GB of disk.
 * @param folder where to put it; the package stays there. Without one all is made in the temporary folder and removed.
 * @param block elements a block, where it is not the usual one
 */
export async function benchConvert(folder: string | undefined, block: string | undefined): Promise<void> {
  benchQuantization();
  const place = folder ?? (await mkdtemp(join(tmpdir(), 'mamba-complete-convert-')));
  const [source, destination] = [join(place, 'source'), join(place, 'package')];
  try {
    const started = performance.now();
    const bytes = writeSyntheticCodestral(source, 'hugging-face');
    console.log(
      `Wrote ${(bytes / 1e9).toFixed(1)} GB in ${((performance.now() - started) / 1000).toFixed(0)} s.`,
    );
    const cost = await convertInProcess(source, destination, ...(block === undefined ? [] : [block]));
    await rm(source, { recursive: true });
    const { manifest } = await openPackage(destination);
    printCost(bytes, cost, manifest);
    printTensors(manifest);
  } finally {
    await rm(source, { recursive: true, force: true });
    if (folder === undefined) await rm(place, { recursive: true, force: true });
  }
}

async function convertInProcess(...args: readonly string[]): Promise<ConversionCost> {
  const script = join('out/test/bench', 'convert-child.js');
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
  return JSON.parse(stdout) as ConversionCost;
}

function printCost(bytes: number, cost: ConversionCost, manifest: Manifest): void {
  const megabytes = (value: number): string => (value / 1e6).toFixed(0);
  const weights = manifest.weights.bytes;
  printTable(
    'Converting a synthetic Codestral Mamba to 4 bits',
    ['', 'found', 'limit'],
    [
      ['source, GB', (bytes / 1e9).toFixed(2), ''],
      ['seconds', cost.seconds.toFixed(1), ''],
      ['MB of source a second', megabytes(bytes / cost.seconds), ''],
      [
        'MB of source a second of one core',
        megabytes(bytes / cost.cpuSeconds),
        megabytes(LIMITS.bytesPerCpuSecond),
      ],
      ['most memory beyond the base, MB', megabytes(cost.peakBytes), megabytes(LIMITS.peakBytes)],
      ['base, MB', megabytes(cost.baseBytes), ''],
      ['package, GB', (weights / 1e9).toFixed(2), ''],
      ['bits a weight', ((8 * weights) / manifest.parameters).toFixed(3), ''],
    ],
  );
}

function printTensors({ tensors }: Manifest): void {
  const kinds = new Map<string, StoredTensor[]>();
  for (const [name, tensor] of Object.entries(tensors)) {
    const kind = name.replace(/^.*\.layers\.\d+\./, '');
    kinds.set(kind, [...(kinds.get(kind) ?? []), tensor]);
  }
  const rows = [...kinds].map(([kind, all]) => {
    const weights = sum(all.map(({ shape }) => shape.reduce((product, size) => product * size, 1)));
    const bytes = sum(all.map((tensor) => sum(Object.values(storedBytes(tensor)))));
    const errors = all.map((tensor) => (tensor.encoding === 'blocks' ? tensor : undefined));
    const mean = sum(errors.map((error) => error?.relativeError ?? 0)) / all.length;
    const largest = Math.max(...errors.map((error) => error?.maxError ?? 0));
    return [
      kind,
      String(all.length),
      ((8 * bytes) / weights).toFixed(3),
      mean.toFixed(5),
      largest.toPrecision(3),
    ];
  });
  const head = ['tensors', 'count', 'bits a weight', 'mean squared error / mean square', 'largest error'];
  printTable('What came of them', head, rows);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
