import { existsSync, readFileSync } from 'node:fs';

/** Where Linux tells it (proc(5), schedstat). */
const SCHEDSTAT = `/proc/self/task/${process.pid}/schedstat`;
const TELLS_QUEUE = existsSync(SCHEDSTAT);

interface CpuTime {
  user: number;
  system: number;
}

/** How long a thread did not come round to its timers. Milliseconds. */
export interface Stalls {
  /** Longest time between two turns of a 1 ms timer. Where cores are busy this counts the scheduler's pauses too. */
  longestMs: number;
  /** How many of those times reached the limit. */
  count: number;
  /** How many of them did without the time that the thread was ready and no core was free. Only Linux tells that; elsewhere all. */
  heldCount: number;
  /** Most computing of this thread itself between two turns; undefined where Node cannot tell (before 23.9). */
  longestCpuMs: number | undefined;
  /** How many turns computed that long. */
  cpuCount: number;
}

/** Watches the event loop of this process's main thread while `work` runs. */
export async function stallsDuring(limitMs: number, work: () => Promise<void>): Promise<Stalls> {
  const stalls: Stalls = {
    longestMs: 0,
    count: 0,
    heldCount: 0,
    longestCpuMs: cpuMs() === undefined ? undefined : 0,
    cpuCount: 0,
  };
  let last = clocks();
  const timer = setInterval(() => {
    const now = clocks();
    const wall = now.wall - last.wall;
    stalls.longestMs = Math.max(stalls.longestMs, wall);
    if (wall >= limitMs) stalls.count++;
    if (wall - (now.queued - last.queued) >= limitMs) stalls.heldCount++;
    if (now.cpu !== undefined && last.cpu !== undefined) {
      const cpu = now.cpu - last.cpu;
      stalls.longestCpuMs = Math.max(stalls.longestCpuMs ?? 0, cpu);
      if (cpu >= limitMs) stalls.cpuCount++;
    }
    last = now;
  }, 1);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return stalls;
}

function clocks(): { wall: number; cpu: number | undefined; queued: number } {
  return { wall: performance.now(), cpu: cpuMs(), queued: queuedMs() };
}

/** How long this process's main thread has been ready while no core was free, in ms; 0 where nobody tells. */
export function queuedMs(): number {
  if (!TELLS_QUEUE) return 0;
  const [, queuedNs] = readFileSync(SCHEDSTAT, 'utf8').split(' ');
  const ms = Number(queuedNs) / 1e6;
  return Number.isNaN(ms) ? 0 : ms;
}

function cpuMs(): number | undefined {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => CpuTime };
  if (threadCpuUsage === undefined) return undefined;
  const { user, system } = threadCpuUsage.call(process);
  return (user + system) / 1000;
}
