import { readFileSync } from 'node:fs';
import { findTokenizer } from '../../engine/tokenizer/index.ts';
import { convert } from '../../engine/weights/convert.ts';

/** What a conversion took of a process of its own. */
export interface ConversionCost {
  seconds: number;
  /** Of all threads. */
  cpuSeconds: number;
  /** Resident memory before, and the most beyond it. */
  baseBytes: number;
  peakBytes: number;
}

/** Converts one folder to another, and prints a {@link ConversionCost}. */
async function main(): Promise<void> {
  const [source = '', destination = '', block] = process.argv.slice(2);
  const tokenizer = (await findTokenizer(source))?.file;
  const baseBytes = status('VmRSS');
  const cpu = process.cpuUsage();
  const started = performance.now();
  await convert({
    source,
    destination,
    bits: 4,
    block: block === undefined ? undefined : Number(block),
    tokenizer,
    name: 'synthetic Codestral Mamba',
  });
  const { user, system } = process.cpuUsage(cpu);
  const cost: ConversionCost = {
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (user + system) / 1e6,
    baseBytes,
    peakBytes: status('VmHWM') - baseBytes,
  };
  process.stdout.write(JSON.stringify(cost));
}

/** A figure of this process's memory in bytes; only Linux tells. */
function status(field: string): number {
  try {
    const text = readFileSync('/proc/self/status', 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1] ?? NaN) * 1024;
  } catch {
    return NaN;
  }
}

void main();
