import { cpus } from 'node:os';
import { onBattery } from './battery.ts';

/** How long what was seen of the processor stays true. Milliseconds. */
const LOAD_MS = 30_000;
/** The same of the battery: asking starts a program on some systems, which costs power too. */
const BATTERY_MS = 5 * 60_000;
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
  private loadSeenAt = -Infinity;
  private batteryAskedAt = -Infinity;
  private before: ReturnType<SpareTimeParts['times']>;

  constructor(private readonly parts: SpareTimeParts) {
    this.before = parts.times();
  }

  /** By what was seen last; never waits. */
  get isThere(): boolean {
    const now = this.parts.now();
    if (now - this.loadSeenAt >= LOAD_MS) this.seeLoad(now);
    if (now - this.batteryAskedAt >= BATTERY_MS) void this.askBattery(now);
    return !this.isOnBattery && !this.isBusy;
  }

  private seeLoad(at: number): void {
    this.loadSeenAt = at;
    const now = this.parts.times();
    const { all, busy, own } = this.before;
    const others = now.busy - busy - (now.own - own);
    if (now.all > all) this.isBusy = others / (now.all - all) > BUSY_SHARE;
    this.before = now;
  }

  private async askBattery(at: number): Promise<void> {
    this.batteryAskedAt = at;
    // A machine that does not tell is taken for one without a battery.
    this.isOnBattery = await this.parts.onBattery().catch(() => false);
  }
}

/** The machine that this runs on. */
export const machine: SpareTimeParts = {
  onBattery,
  times() {
    let [all, busy] = [0, 0];
    for (const { times } of cpus()) {
      const others = times.user + times.sys + times.irq;
      busy += others;
      // What runs at a low priority gives way, so it keeps nothing busy.
      all += others + times.nice + times.idle;
    }
    const { user, system } = process.cpuUsage();
    return { all, busy, own: (user + system) / 1000 };
  },
  now: Date.now,
};
