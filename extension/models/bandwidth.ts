import type { Memento } from 'vscode';

const KEY = 'memoryBandwidth';

/** The measured bandwidth of this machine's memory: it changes only with the machine. */
export class Bandwidth {
  /** @param machine what tells machines apart, since an editor's settings move with the user */
  constructor(
    private readonly store: Pick<Memento, 'get' | 'update'>,
    private readonly machine: string,
  ) {}

  get(): number | undefined {
    const known = this.store.get<{ machine: string; bytesPerSecond: number }>(KEY);
    return known?.machine === this.machine ? known.bytesPerSecond : undefined;
  }

  async set(bytesPerSecond: number): Promise<void> {
    if (this.get() === bytesPerSecond) return;
    await this.store.update(KEY, { machine: this.machine, bytesPerSecond });
  }
}
