import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadInputError } from '../errors.ts';
import { isAlive } from '../process-alive.ts';

interface Holder {
  pid: number;
  host: string;
  token: string;
}

const BEAT_MS = 10_000;
/** A holder that has not beaten for so long is gone, even if another process has its number by now. */
const STALE_MS = 300_000;
/** Longest time between a lock's creation and its writing. */
const WRITING_MS = 1000;
/** Longest time in which a stale lock is removed. */
const GUARD_MS = 10_000;
const RETRY_MS = 20;
const MAX_TRIES = 50;

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
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (await create(path, own)) {
        const lock = new FolderLock(path, token);
        lock.beat();
        return lock;
      }
      const holder = await liveHolder(path);
      if (holder !== undefined) throw held(path, holder);
      if (!(await removeStale(path))) await sleep(RETRY_MS);
    }
    throw held(path, undefined);
  }

  /** Whether a live process holds the lock. */
  static async isHeld(path: string): Promise<boolean> {
    return (await liveHolder(path)) !== undefined;
  }

  /** Aborted if another process has taken the lock, as after a long sleep of the machine. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** Also when the folder is gone. */
  async release(): Promise<void> {
    clearInterval(this.timer);
    if ((await readHolder(this.path))?.token === this.token) await rm(this.path, { force: true });
  }

  private beat(): void {
    this.timer = setInterval(() => {
      void (async () => {
        if ((await readHolder(this.path))?.token === this.token) {
          await utimes(this.path, new Date(), new Date()).catch(() => undefined);
        } else this.lost.abort(new Error(`${this.path}: another window has taken over`));
      })();
    }, BEAT_MS).unref();
  }
}

/** False if it exists. */
async function create(path: string, content: Holder | ''): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(content), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The live process that holds a lock; undefined if there is no lock, or a stale one. */
async function liveHolder(path: string): Promise<Holder | undefined> {
  const age = await ageOf(path);
  if (age === undefined) return undefined;
  const holder = await readHolder(path);
  // Between its creation and its writing the file is empty.
  if (holder === undefined) return age < WRITING_MS ? { pid: 0, host: '', token: '' } : undefined;
  return age < STALE_MS && mayLive(holder) ? holder : undefined;
}

/**
 * Removes a stale lock. Of several processes that see it one does, and only after a second look: the lock that another has taken in
 * between must stay.
 * @returns whether there is no stale lock any more
 */
async function removeStale(path: string): Promise<boolean> {
  const guard = `${path}.stale`;
  if (!(await create(guard, ''))) {
    // Left by a process that ended between two lines.
    if (((await ageOf(guard)) ?? 0) > GUARD_MS) await rm(guard, { force: true });
    return false;
  }
  try {
    if ((await liveHolder(path)) === undefined) await rm(path, { force: true });
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

function ageOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => undefined,
  );
}

/** Another machine's processes, on a shared disk, can only be told by their beat. */
function mayLive({ pid, host }: Holder): boolean {
  return host !== hostname() || isAlive(pid);
}

async function readHolder(path: string): Promise<Holder | undefined> {
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
    found: holder === undefined || holder.pid === 0 ? 'another window' : `process ${holder.pid}`,
    action: 'Wait until the other window has finished, or cancel it there.',
  });
}
