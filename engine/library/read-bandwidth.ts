import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const SETTLE_MS = 50;
const PASSES = 3;

/** Reads memory as fast as wide loads can, on some threads at once: the limit that decoding is held against. */
export class ReadBandwidth {
  private constructor(
    private readonly workers: readonly Worker[],
    private readonly bytes: number,
  ) {}

  /** @param mebibytes that each thread reads: more than its caches hold */
  static async start(threads: number, mebibytes = 256): Promise<ReadBandwidth> {
    const bytes = mebibytes * 2 ** 20;
    const workers = Array.from(
      { length: threads },
      () => new Worker(WORKER, { eval: true, workerData: { module: sumModule(bytes), bytes } }),
    );
    await Promise.all(workers.map(answer));
    return new ReadBandwidth(workers, bytes);
  }

  /** The best of some passes over all memory, in bytes a second. */
  async measure(): Promise<number> {
    // ONNX Runtime's threads spin for a while after a run, and would take the cores that are measured here.
    await sleep(SETTLE_MS);
    let best = 0;
    for (let pass = 0; pass < PASSES; pass++) {
      const started = performance.now();
      const answers = this.workers.map(answer);
      for (const worker of this.workers) worker.postMessage('read');
      await Promise.all(answers);
      best = Math.max(best, (this.workers.length * this.bytes * 1000) / (performance.now() - started));
    }
    return best;
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

function answer(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => {
      worker.off('error', reject);
      resolve();
    });
    worker.once('error', reject);
  });
}

const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const { memory, sum } = new WebAssembly.Instance(new WebAssembly.Module(workerData.module)).exports;
new BigInt64Array(memory.buffer).fill(3n); // touched, so that it is memory and not the zero page
sum(0, workerData.bytes);
parentPort.postMessage('ready');
parentPort.on('message', () => { sum(0, workerData.bytes); parentPort.postMessage('read'); });
`;

/**
 * A WebAssembly module with `sum(from, to)`: the 64-bit words of its memory added up, 128 bytes a step in four 128-bit sums.
 * Written out in binary (https://webassembly.github.io/spec/core/binary), since JavaScript itself has no wide loads.
 */
function sumModule(bytes: number): Uint8Array {
  const [i32, i64, v128] = [0x7f, 0x7e, 0x7b];
  const [getLocal, setLocal, teeLocal] = [0x20, 0x21, 0x22];
  const add = [0xfd, ...leb(0xce)]; // i64x2.add
  const load = (offset: number): number[] => [getLocal, 0, 0xfd, 0, 4, ...leb(offset)]; // v128.load
  const step = Array.from({ length: 8 }, (_, i) => {
    const accumulator = 2 + (i % 4);
    return [getLocal, accumulator, ...load(16 * i), ...add, setLocal, accumulator];
  });
  const next = [getLocal, 0, 0x41, ...leb(128), 0x6a, teeLocal, 0, getLocal, 1, 0x49, 0x0d, 0]; // from += 128; if < to, again
  const total = [getLocal, 2, getLocal, 3, ...add, getLocal, 4, ...add, getLocal, 5, ...add, 0xfd, 0x1d, 0];
  const body = [1, 4, v128, 0x03, 0x40, ...step.flat(), ...next, 0x0b, ...total, 0x0b];
  const name = (text: string): number[] => [text.length, ...Buffer.from(text)];
  const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 2, i32, i32, 1, i64]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...leb(bytes / 65536)]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('sum'), 0, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

/** Unsigned LEB128; i32.const takes it too below 2^6, and 128 needs a clear sign bit, which its second byte has. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}
