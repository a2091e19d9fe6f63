import { availableParallelism, freemem, totalmem } from 'node:os';

/** Decoding is bound by memory: more threads than this gained nothing on the machines seen. */
const MAX_THREADS = 8;
/** Memory for states: so many, as far as the machine has memory for them. */
const STATES = 12;
export const LEAST_STATE_BYTES = 48 * 2 ** 20;
const MACHINE_SHARE = 1 / 16;

/** What is known of a machine's memory, in bytes. */
export interface Memory {
  /** Of the machine. */
  total: number;
  /** Free, or in caches that the system gives up. */
  free: number;
  /** What this process and others may take together, as in a container; 0 without a limit. */
  limit: number;
  /** What this process has. */
  own: number;
}

/** Bytes that a process may come to have. */
export function totalMemory({ total, limit } = machineMemory()): number {
  return limit > 0 ? Math.min(total, limit) : total;
}

/** Bytes that may be taken now. Of what others have under the same limit nothing is known. */
export function availableMemory({ free, limit, own } = machineMemory()): number {
  return limit > 0 ? Math.min(free, Math.max(0, limit - own)) : free;
}

function machineMemory(): Memory {
  return {
    total: totalmem(),
    // On macOS, freemem() leaves out what the system would give up at once: nearly everything.
    free: process.platform === 'darwin' ? totalmem() / 2 : freemem(),
    limit: process.constrainedMemory(),
    own: process.memoryUsage.rss(),
  };
}

/**
 * Memory for states of all documents together where nothing is set, in bytes.
 * @param stateBytes of one
 * @param machineBytes that there are in all
 */
export function defaultStateBytes(stateBytes: number, machineBytes: number): number {
  return Math.max(LEAST_STATE_BYTES, Math.min(STATES * stateBytes, machineBytes * MACHINE_SHARE));
}

/** Half of a larger machine's threads, which are two to a core, and all of a small one's. */
export function defaultThreads(parallelism = availableParallelism()): number {
  return parallelism <= 2 ? parallelism : Math.min(MAX_THREADS, Math.max(2, Math.floor(parallelism / 2)));
}
