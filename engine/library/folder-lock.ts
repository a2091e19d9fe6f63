import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { BadInputError } from '../errors.ts';

interface Holder {
  pid: number;
  host: string;
  token: string;
}

const BEAT_MS = 10_000;
/** A holder that has not beaten for so long is gone, even if another process has its number by now. */
const STALE_MS = 300_000;

/** Somebody else is working on the model. */
export class HeldError extends BadInputError {}

/** One process at a time works in a folder: a file in it names the process, and is touched while that lives. */
export class FolderLock {
  private timer: NodeJS.Timeout | undefined;
  private readonly lost = new AbortController();

  private constructor(
    private readonly path: string,
    private readonly token: string,
  ) {}

  /**
   * @param path of the lock file, in a folder that exists
   * @throws HeldError if another live process, or this one, holds it
   */
  static async take(path: string): Promise<FolderLock> {
    const token = randomUUID();
    const own: Holder = { pid: process.pid, host: hostname(), token };
    // A stale lock can be taken away by another process first, and that one's must be respected.
    for (let tries = 0; tries < 3; tries++) {
      if (await create(path, own)) {
        const lock = new FolderLock(path, token);
        lock.beat();
        return lock;
      }
      const holder = await liveHolder(path);
      if (holder !== undefined) throw held(path, holder);
    }
    throw held(path, undefined);
  }

  /** Whether a live process holds the lock. */
  static async isHeld(path: string): Promise<boolean> {
    return (await readHolder(path, false)) !== undefined;
  }

  /** Aborted if another process has taken the lock, as after a long sleep of the machine. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** Also when the folder is gone. */
  async release(): Promise<void> {
    clearInterval(this.timer);
    if ((await readJson(this.path))?.token === this.token) await rm(this.path, { force: true });
  }

  private beat(): void {
    this.timer = setInterval(() => {
      void (async () => {
        if ((await readJson(this.path))?.token === this.token) {
          await utimes(this.path, new Date(), new Date()).catch(() => undefined);
        } else this.lost.abort(new Error(`${this.path}: another window has taken over`));
      })();
    }, BEAT_MS).unref();
  }
}

async function create(path: string, holder: Holder): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The live holder; a stale lock is taken away. */
async function liveHolder(path: string): Promise<Holder | undefined> {
  return readHolder(path, true);
}

async function readHolder(path: string, removesStale: boolean): Promise<Holder | undefined> {
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => undefined,
  );
  if (age === undefined) return undefined;
  const holder = await readJson(path);
  // Between its creation and its writing the file is empty.
  if (holder === undefined && age < 1000) return { pid: 0, host: '', token: '' };
  if (holder !== undefined && age < STALE_MS && isAlive(holder)) return holder;
  if (removesStale) await takeAway(path, holder);
  return undefined;
}

/** Moves a stale lock aside before it is removed: of two that find it, one moves it, and a lock that is not stale goes back. */
async function takeAway(path: string, stale: Holder | undefined): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  const isMoved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!isMoved) return;
  const moved = await readJson(aside);
  if (moved !== undefined && moved.token !== stale?.token) await create(path, moved);
  await rm(aside, { force: true });
}

function isAlive({ pid, host }: Holder): boolean {
  // Another machine's processes, on a shared disk, can only be told by their beat.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not permitted: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function readJson(path: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder>;
    const { pid, host, token } = holder;
    const isWhole = Number.isSafeInteger(pid) && typeof host === 'string' && typeof token === 'string';
    return isWhole && pid !== undefined && pid > 0 ? { pid, host, token } : undefined;
  } catch {
    return undefined;
  }
}

function held(path: string, holder: Holder | undefined): HeldError {
  return new HeldError({
    source: path,
    expected: 'a model that nobody else is working on',
    found: holder === undefined ? 'another window' : `process ${holder.pid}`,
    action: 'Wait until the other window has finished, or cancel it there.',
  });
}
