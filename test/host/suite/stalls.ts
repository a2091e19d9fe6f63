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
  /** Most computing of this thread itself between two turns; undefined where Node cannot tell (before 23.9). */
  longestCpuMs: number | undefined;
  /** How many turns computed that long. */
  cpuCount: number;
}

/** Watches this thread's event loop while `work` runs. */
export async function stallsDuring(limitMs: number, work: () => Promise<void>): Promise<Stalls> {
  const stalls: Stalls = {
    longestMs: 0,
    count: 0,
    longestCpuMs: cpuMs() === undefined ? undefined : 0,
    cpuCount: 0,
  };
  let last = { wall: performance.now(), cpu: cpuMs() };
  const timer = setInterval(() => {
    const now = { wall: performance.now(), cpu: cpuMs() };
    const wall = now.wall - last.wall;
    stalls.longestMs = Math.max(stalls.longestMs, wall);
    if (wall >= limitMs) stalls.count++;
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

function cpuMs(): number | undefined {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => CpuTime };
  if (threadCpuUsage === undefined) return undefined;
  const { user, system } = threadCpuUsage.call(process);
  return (user + system) / 1000;
}
