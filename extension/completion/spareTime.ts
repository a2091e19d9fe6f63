import { cpus } from 'node:os';

/** What is known of the machine stays true for so long. Milliseconds. */
const FRESH_MS = 30_000;
/** The share of all cores that other programs may take before nothing is done ahead. */
const BUSY_SHARE = 0.7;

export interface SpareTimeParts {
  /** Whether the machine runs on its battery; may take a second and start a program. */
  onBattery(): Promise<boolean>;
  /** Milliseconds since some moment: of all cores, those of them that were busy, and those that this process was. */
  times(): { all: number; busy: number; own: number };
  now(): number;
}

/**
 * Whether the machine has time to spare for what nobody has asked for: not on its battery, nor while other programs keep it busy.
 * Looked at in the background and seldom; where nothing is known, it has.
 */
export class SpareTime {
  private isOnBattery = false;
  private isBusy = false;
  private lookedAt = -Infinity;
  private before: ReturnType<SpareTimeParts['times']>;

  constructor(private readonly parts: SpareTimeParts) {
    this.before = parts.times();
  }

  /** By what was seen last; never waits. */
  get isThere(): boolean {
    if (this.parts.now() - this.lookedAt >= FRESH_MS) this.look();
    return !this.isOnBattery && !this.isBusy;
  }

  private look(): void {
    this.lookedAt = this.parts.now();
    const now = this.parts.times();
    const { all, busy, own } = this.before;
    const others = now.busy - busy - (now.own - own);
    if (now.all > all) this.isBusy = others / (now.all - all) > BUSY_SHARE;
    this.before = now;
    this.parts.onBattery().then(
      (isOnBattery) => {
        this.isOnBattery = isOnBattery;
      },
      () => {
        this.isOnBattery = false;
      },
    );
  }
}

/** The machine that this runs on. */
export const machine: SpareTimeParts = {
  async onBattery() {
    // Only when it is wanted: half of the extension's code.
    const { battery } = await import('systeminformation');
    const { hasBattery, acConnected } = await battery();
    return hasBattery && !acConnected;
  },
  times() {
    let [all, idle] = [0, 0];
    for (const { times } of cpus()) {
      all += times.user + times.nice + times.sys + times.idle + times.irq;
      idle += times.idle;
    }
    const { user, system } = process.cpuUsage();
    return { all, busy: all - idle, own: (user + system) / 1000 };
  },
  now: Date.now,
};
