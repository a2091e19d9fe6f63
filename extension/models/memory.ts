import type { Memento } from 'vscode';

type Store = Pick<Memento, 'get' | 'update'>;

/** A model whose installation was begun. */
export interface Unfinished {
  /** As {@link Library.install} takes it. */
  which: string;
  repository: string;
  title: string;
}

const UNFINISHED = 'unfinishedModel';
const BANDWIDTH = 'memoryBandwidth';

/** The installation that did not end, for this window and those after it. */
export class UnfinishedModel {
  constructor(private readonly store: Store) {}

  get(): Unfinished | undefined {
    return this.store.get<Unfinished>(UNFINISHED);
  }

  async set(model: Unfinished): Promise<void> {
    await this.store.update(UNFINISHED, model);
  }

  /** Does nothing if another one has begun since. */
  async forget(repository: string): Promise<void> {
    if (this.get()?.repository === repository) await this.store.update(UNFINISHED, undefined);
  }
}

/** The measured bandwidth of this machine's memory: it changes only with the machine. */
export class Bandwidth {
  /** @param machine what tells machines apart, since an editor's settings move with the user */
  constructor(
    private readonly store: Store,
    private readonly machine: string,
  ) {}

  get(): number | undefined {
    const known = this.store.get<{ machine: string; bytesPerSecond: number }>(BANDWIDTH);
    return known?.machine === this.machine ? known.bytesPerSecond : undefined;
  }

  async set(bytesPerSecond: number): Promise<void> {
    if (this.get() === bytesPerSecond) return;
    await this.store.update(BANDWIDTH, { machine: this.machine, bytesPerSecond });
  }
}
