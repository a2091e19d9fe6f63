import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../process-alive.ts';
import { entryBytes, readEntry, writeEntry, type Expected } from './state-file.ts';

/** For so long the folder is taken to hold what it held: other windows write there too. Milliseconds. */
const FRESH_MS = 2000;
/** A file that nobody has written to for so long was left behind, though its process number may be in use again. Milliseconds. */
const ABANDONED_MS = 10 * 60 * 1000;
const ENTRY = /^(\d+)-([0-9a-f]{32})-([0-9a-f]{16})\.state$/;
/** The process that writes it is in the name. */
const UNFINISHED = /\.(\d+)-[^.]+\.tmp$/;

export interface StateFilesOptions {
  /** Created when it is first needed. */
  folder: string;
  /** 64 hexadecimal digits. An entry of another model is never used. */
  modelHash: string;
  /** Numbers of a state after so many tokens. */
  stateLength: (tokens: number) => number;
  /** Most bytes of all entries in the folder, of all models together; more only while several processes write at once. */
  capBytes: number;
}

/** Operations on files, so that tests can let them fail. */
export const fileSystem = { mkdir, open, readdir, rename, rm, stat, utimes };

/**
 * States on disk, so that a file that is opened again starts warm. A cache: whatever is in doubt is deleted and computed again,
 * and nothing that fails is an error. Several processes may share a folder.
 *
 * An entry holds the tokens of the code that it was made from, and the state says much of it too: only the user may read it.
 */
export class StateFiles {
  /** Hashes of the token sequences there are, by their length, of this model. */
  private known = new Map<number, Set<string>>();
  private knownAt = -Infinity;

  constructor(
    private readonly options: StateFilesOptions,
    private readonly files: typeof fileSystem = fileSystem,
  ) {}

  /** The deepest entry whose tokens begin `ids`, longer than `deeperThan` and shorter than `ids`. Never rejects. */
  async find(
    ids: readonly number[],
    deeperThan: number,
  ): Promise<{ length: number; values: Float32Array } | undefined> {
    await this.refresh();
    const lengths = [...this.known.keys()].filter((length) => length > deeperThan && length < ids.length);
    const hashes = hashesOf(ids, lengths);
    for (const length of lengths.sort((a, b) => b - a)) {
      const hash = hashes.get(length) ?? '';
      if (this.known.get(length)?.has(hash) !== true) continue;
      const values = await this.read(ids.slice(0, length), this.pathOf(length, hash));
      if (values !== undefined) return { length, values };
      this.known.get(length)?.delete(hash);
    }
    return undefined;
  }

  /** Keeps a state, or marks it as used if it is there already. Never rejects; what cannot be written is not kept. */
  async put(ids: readonly number[], values: Float32Array): Promise<void> {
    const { folder, capBytes } = this.options;
    const expected = this.expected(ids);
    if (values.length !== expected.stateLength || entryBytes(expected) > capBytes) return;
    const hash = hashesOf(ids, [ids.length]).get(ids.length) ?? '';
    const path = this.pathOf(ids.length, hash);
    if (await this.touch(path)) return;
    const unfinished = `${path}.${process.pid}-${randomUUID()}.tmp`;
    try {
      await this.files.mkdir(folder, { recursive: true, mode: 0o700 });
      if (!(await this.makeRoom(capBytes - entryBytes(expected)))) return;
      const file = await this.files.open(unfinished, 'wx', 0o600);
      try {
        await writeEntry(file, expected, values);
        // Without it a crash of the machine may leave a file of the right length and other contents: found out, but in vain.
        await file.datasync();
      } finally {
        await file.close();
      }
      await this.files.rename(unfinished, path);
      this.remember(ids.length, hash);
      // Others that wrote meanwhile had found the same room.
      await this.makeRoom(capBytes);
    } catch {
      await this.remove(unfinished);
    }
  }

  private async read(ids: readonly number[], path: string): Promise<Float32Array | undefined> {
    try {
      const file = await this.files.open(path, 'r');
      try {
        const values = await readEntry(file, this.expected(ids));
        if (values !== undefined) {
          await this.touch(path);
          return values;
        }
      } finally {
        await file.close();
      }
    } catch {
      // As good as damaged.
    }
    await this.remove(path);
    return undefined;
  }

  private expected(ids: readonly number[]): Expected {
    const { modelHash, stateLength } = this.options;
    return { modelHash, ids, stateLength: stateLength(ids.length) };
  }

  private pathOf(length: number, hash: string): string {
    return join(this.options.folder, `${length}-${hash}-${this.options.modelHash.slice(0, 16)}.state`);
  }

  /** Looks what there is, unless that was just done. */
  private async refresh(): Promise<void> {
    const now = performance.now();
    if (now - this.knownAt < FRESH_MS) return;
    this.knownAt = now;
    const names = await this.files.readdir(this.options.folder).catch(() => []);
    this.known = new Map();
    for (const name of names) {
      const [, length, hash = '', model] = ENTRY.exec(name) ?? [];
      if (model === this.options.modelHash.slice(0, 16)) this.remember(Number(length), hash);
    }
  }

  private remember(length: number, hash: string): void {
    const hashes = this.known.get(length) ?? new Set();
    this.known.set(length, hashes.add(hash));
  }

  /** Marks an entry as used. Returns whether it is there. */
  private async touch(path: string): Promise<boolean> {
    const now = new Date();
    return this.files.utimes(path, now, now).then(
      () => true,
      () => false,
    );
  }

  /**
   * Deletes what dead writers have left, and the least recently used entries until all together take no more than this.
   * @returns whether they do
   */
  private async makeRoom(bytes: number): Promise<boolean> {
    const names = await this.files.readdir(this.options.folder);
    const entries: { path: string; size: number; used: number }[] = [];
    for (const name of names) {
      const path = join(this.options.folder, name);
      const found = await this.files.stat(path).catch(() => undefined);
      if (found === undefined) continue;
      if (ENTRY.test(name)) entries.push({ path, size: found.size, used: found.mtimeMs });
      const writer = UNFINISHED.exec(name)?.[1];
      if (writer === undefined) continue;
      if (!isAlive(Number(writer)) || Date.now() - found.mtimeMs > ABANDONED_MS) await this.remove(path);
    }
    let total = entries.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of entries.sort((a, b) => a.used - b.used)) {
      if (total <= bytes) break;
      if (await this.remove(path)) total -= size;
    }
    return total <= bytes;
  }

  /** Returns whether it is gone. */
  private async remove(path: string): Promise<boolean> {
    return this.files.rm(path, { force: true }).then(
      () => true,
      () => false,
    );
  }
}

/** Hashes of the first `lengths` tokens, by length; 32 hexadecimal digits each. */
function hashesOf(ids: readonly number[], lengths: readonly number[]): Map<number, string> {
  const bytes = Buffer.from(Int32Array.from(ids).buffer);
  const hash = createHash('sha256');
  const hashes = new Map<number, string>();
  let at = 0;
  for (const length of [...lengths].sort((a, b) => a - b)) {
    hash.update(bytes.subarray(4 * at, 4 * length));
    at = length;
    hashes.set(length, hash.copy().digest('hex').slice(0, 32));
  }
  return hashes;
}
