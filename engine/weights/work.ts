import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { ConvertOptions } from './convert-options.ts';
import {
  allDone,
  JOURNAL_FILE,
  JOURNAL_VERSION,
  JournalWriter,
  readJournal,
  usable,
  type JournalContent,
  type JournalEntry,
  type JournalHeader,
  type ReadFile,
} from './journal.ts';
import { tensorShapes } from './model-config.ts';
import type { SourceFile, StoredTensor } from './manifest.ts';
import { formatOf } from './recipe.ts';
import { WeightsWriter, type Mark, type OpenFile } from './weights-writer.ts';

export const WEIGHTS_FILE = 'weights.bin';

/** Bytes of weights after which they are brought to the disk: some seconds of work that a power cut costs. */
const KEEP_BYTES = 64 * 2 ** 20;

/** A conversion under way: what of it is done, and the files that it is written to. */
export class Work {
  /** Bytes of the source that were read. */
  read: number;
  private readonly stored: Record<string, StoredTensor>;
  private readonly readFiles: Record<string, ReadFile>;
  /** What the journal does not have yet. */
  private recent: Recent = { tensors: {}, files: new Set() };
  /** Behind the last whole tensor. */
  private end: Mark;
  private keptAt: number;
  private keeping: Promise<void> = Promise.resolve();

  /** @param files the source's, as they are now */
  constructor(
    readonly folder: string,
    readonly checkpoint: Checkpoint,
    readonly writer: WeightsWriter,
    private readonly journal: JournalWriter,
    private readonly files: ReadonlyMap<string, ReadFile>,
    done: JournalEntry,
  ) {
    this.stored = { ...done.tensors };
    this.readFiles = { ...done.files };
    this.read = done.read;
    this.end = writer.mark();
    this.keptAt = done.position;
  }

  get hasDone(): boolean {
    return Object.keys(this.stored).length > 0;
  }

  /** Whether some of a file's tensors are done. */
  hasRead(file: string): boolean {
    return this.readFiles[file] !== undefined;
  }

  /** A tensor whose bytes were appended; so many of that file were read for it. */
  async add(name: string, stored: StoredTensor, file: string, bytes: number): Promise<void> {
    this.stored[name] = stored;
    this.recent.tensors[name] = stored;
    this.noteFile(file);
    this.read += bytes;
    this.end = this.writer.mark();
    if (this.end.position - this.keptAt < KEEP_BYTES) return;
    // The disk works while the next tensor is converted.
    await this.keeping;
    this.keeping = this.bringToDisk();
    this.keeping.catch(() => undefined);
  }

  /** @param sha256 null where it is not known */
  noteFile(file: string, sha256: string | null = null): void {
    const known = this.readFiles[file] ?? this.files.get(file);
    if (known === undefined) throw new Error(`${file} is none of the checkpoint's`);
    this.readFiles[file] = { ...known, sha256: sha256 ?? known.sha256 };
    this.recent.files.add(file);
  }

  /** Waits until all that was added is on the disk and in the journal. */
  async keep(): Promise<void> {
    await this.keeping;
    await this.bringToDisk();
  }

  tensors(): Record<string, StoredTensor> {
    const names = [...tensorShapes(this.checkpoint.config).keys()];
    return Object.fromEntries(names.map((name) => [name, present(this.stored, name)]));
  }

  sourceFiles(): SourceFile[] {
    return Object.entries(this.readFiles).map(([file, { bytes, sha256 }]) => ({ file, bytes, sha256 }));
  }

  async close(): Promise<void> {
    await this.keeping.catch(() => undefined);
    await this.writer.close();
    await this.journal.close();
  }

  private async bringToDisk(): Promise<void> {
    const { tensors, files } = this.recent;
    if (files.size === 0) return;
    this.recent = { tensors: {}, files: new Set() };
    const { position, hash } = this.end;
    this.keptAt = position;
    const entry: JournalEntry = {
      tensors,
      files: Object.fromEntries([...files].map((file) => [file, present(this.readFiles, file)])),
      read: this.read,
      position,
      sha256: hash.copy().digest('hex'),
    };
    await this.writer.flush();
    await this.journal.append(entry);
  }
}

interface Recent {
  tensors: Record<string, StoredTensor>;
  files: Set<string>;
}

function present<T>(record: Readonly<Record<string, T>>, key: string): T {
  const value = record[key];
  if (value === undefined) throw new Error(`${key} was not converted`);
  return value;
}

/** Begins a conversion, or goes on with what another has left in the folder. */
export async function beginWork(options: ConvertOptions, folder: string, openFile: OpenFile): Promise<Work> {
  const path = join(folder, JOURNAL_FILE);
  const left = await readJournal(path);
  let reason = typeof left === 'object' ? undefined : (left ?? 'it has no journal');
  if (typeof left === 'object') {
    const found = await checkLeft(left, options, join(folder, WEIGHTS_FILE));
    reason = found.reason;
    if (found.hash !== undefined) {
      if (found.reason !== undefined) options.onRestart?.(found.reason);
      const { checkpoint, files, done, end, hash } = found;
      const writer = await WeightsWriter.resume(join(folder, WEIGHTS_FILE), done.position, hash, openFile);
      const journal = await orClose(writer, JournalWriter.resume(path, end, openFile));
      return new Work(folder, checkpoint, writer, journal, files, done);
    }
  }
  // First, since without a source what is there must not be lost.
  const checkpoint = await openCheckpoint(options.source);
  const files = await describeFiles(checkpoint);
  if (existsSync(folder) && reason !== undefined) options.onRestart?.(reason);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const writer = await WeightsWriter.create(join(folder, WEIGHTS_FILE), openFile);
  const journal = await orClose(writer, JournalWriter.create(path, headerOf(checkpoint, options), openFile));
  return new Work(folder, checkpoint, writer, journal, files, allDone([]));
}

/** What to go on with of what another conversion left; without a hash there is nothing. */
interface Left {
  checkpoint: Checkpoint;
  files: ReadonlyMap<string, ReadFile>;
  done: JournalEntry;
  /** End of the journal's part that counts. */
  end: number;
  /** Of the weights that count. */
  hash?: Hash | undefined;
  /** Why not with all of it. */
  reason?: string | undefined;
}

async function checkLeft(left: JournalContent, options: ConvertOptions, weights: string): Promise<Left> {
  const open = (done: JournalEntry): Promise<Checkpoint> =>
    openCheckpoint(options.source, new Set(Object.keys(done.tensors)));
  let checkpoint = await open(allDone(left.entries));
  const files = await describeFiles(checkpoint);
  const { entries, reason } = usable(left, headerOf(checkpoint, options), files, checkpoint.named);
  const done = allDone(entries);
  const end = entries.at(-1)?.end ?? left.headerEnd;
  if (entries.length === 0) return { checkpoint, files, done, end, reason };
  if (reason !== undefined) checkpoint = await open(done);
  const hash = await hashFront(weights, done.position);
  if (hash?.copy().digest('hex') === done.sha256) return { checkpoint, files, done, end, hash, reason };
  return { checkpoint, files, done, end, reason: 'its weights are damaged' };
}

/** Nobody else closes the writer if what comes after it fails. */
async function orClose<T>(writer: WeightsWriter, next: Promise<T>): Promise<T> {
  try {
    return await next;
  } catch (error) {
    await writer.close();
    throw error;
  }
}

function headerOf({ config }: Checkpoint, options: ConvertOptions): JournalHeader {
  const formats = [...tensorShapes(config)].map(([name, shape]) => {
    const format = formatOf(name, shape, options, config);
    return [name, ...(format === undefined ? [] : [format.bits, format.block, format.scales])];
  });
  return { version: JOURNAL_VERSION, config, formats };
}

async function describeFiles({ files }: Checkpoint): Promise<Map<string, ReadFile>> {
  const described = new Map<string, ReadFile>();
  for (const path of files) {
    const { size, mtimeMs } = await stat(path);
    described.set(basename(path), { bytes: size, modified: mtimeMs, sha256: null });
  }
  return described;
}

/** sha256 of so many bytes of a file, to go on with; undefined if it has fewer, or cannot be read. */
async function hashFront(path: string, length: number): Promise<Hash | undefined> {
  const hash = createHash('sha256');
  if (length === 0) return hash;
  try {
    let bytes = 0;
    for await (const chunk of createReadStream(path, { end: length - 1, highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    return bytes === length ? hash : undefined;
  } catch {
    return undefined;
  }
}
