import { createHash } from 'node:crypto';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { StoredTensor } from './manifest.ts';
import type { OpenFile } from './weights-writer.ts';

/** Stands beside a package's weights until all of them are there. */
export const JOURNAL_FILE = 'journal.jsonl';

/** What a conversion must still be about to go on with what another left. */
export interface JournalHeader {
  /** Of the journal. */
  version: number;
  config: unknown;
  /** How each tensor is stored. */
  formats: unknown;
}

/** A file that tensors came from, as it was then. */
export interface ReadFile {
  bytes: number;
  /** Its modification time in ms. */
  modified: number;
  /** Of the whole file; null where it was not read in one go, and nobody knew it. */
  sha256: string | null;
}

/** What is on the disk. */
export interface JournalEntry {
  /** Tensors that were added. */
  tensors: Readonly<Record<string, StoredTensor>>;
  /** Files that they came from. */
  files: Readonly<Record<string, ReadFile>>;
  /** Bytes of the source that were read so far. */
  read: number;
  /** Length of the weights file, and the sha256 of so much of it. */
  position: number;
  sha256: string;
}

export interface JournalContent {
  header: JournalHeader;
  /** With the place in the file at which each ends, in bytes. */
  entries: readonly { entry: JournalEntry; end: number }[];
  /** The same of the header. */
  headerEnd: number;
}

export const JOURNAL_VERSION = 1;

/**
 * What an interrupted conversion has left; undefined where there is none, a text that says why not where it is of no use.
 * A last line without an end was being written and does not count.
 */
export async function readJournal(path: string): Promise<JournalContent | string | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? undefined : String(error);
  }
  try {
    let end = 0;
    const lines: { value: unknown; end: number }[] = [];
    for (let next; (next = bytes.indexOf('\n', end)) >= 0; end = next + 1) {
      lines.push({ value: JSON.parse(bytes.toString('utf8', end, next)), end: next + 1 });
    }
    const [header, ...rest] = lines;
    const entries = rest.map(({ value, end: at }) =>
      isEntry(value) ? { entry: value, end: at } : undefined,
    );
    if (!isHeader(header?.value) || !entries.every((entry) => entry !== undefined)) return DAMAGED;
    return { header: header.value, headerEnd: header.end, entries };
  } catch {
    return DAMAGED;
  }
}

const DAMAGED = 'its journal is damaged';

/** All entries as one. */
export function allDone(entries: JournalContent['entries']): JournalEntry {
  const done: JournalEntry = { tensors: {}, files: {}, read: 0, position: 0, sha256: EMPTY_SHA256 };
  return entries.reduce(
    (sum, { entry }) => ({
      ...entry,
      tensors: { ...sum.tensors, ...entry.tensors },
      files: { ...sum.files, ...entry.files },
    }),
    done,
  );
}

const EMPTY_SHA256 = createHash('sha256').digest('hex');

/**
 * How much of what another conversion left this one can go on with, and why with no more.
 * @param files the source's, as they are now
 * @param named names of the source's files, those that are gone included: what else the journal has comes from another source
 */
export function usable(
  { header, entries }: JournalContent,
  now: JournalHeader,
  files: ReadonlyMap<string, ReadFile>,
  named: ReadonlySet<string>,
): { entries: JournalContent['entries']; reason?: string } {
  if (header.version !== now.version)
    return { entries: [], reason: 'another version of this program began it' };
  if (!isDeepStrictEqual(header.config, toJson(now.config))) {
    return { entries: [], reason: "the model's config has changed" };
  }
  if (!isDeepStrictEqual(header.formats, toJson(now.formats))) {
    return { entries: [], reason: 'it was begun with other options' };
  }
  for (const [index, { entry }] of entries.entries()) {
    for (const [file, { bytes, modified }] of Object.entries(entry.files)) {
      const found = files.get(file);
      if (found === undefined && !named.has(file)) {
        return {
          entries: entries.slice(0, index),
          reason: `it read ${file}, which the source does not have`,
        };
      }
      if (found === undefined || (found.bytes === bytes && found.modified === modified)) continue;
      return { entries: entries.slice(0, index), reason: `${file} has changed` };
    }
  }
  return { entries };
}

/** Appends to the journal. Every line is on the disk before the next thing happens. */
export class JournalWriter {
  private constructor(private readonly file: FileHandle) {}

  /** Begins a journal. */
  static async create(
    path: string,
    header: JournalHeader,
    openFile: OpenFile = open,
  ): Promise<JournalWriter> {
    const journal = new JournalWriter(await openFile(path, 'wx'));
    return journal.orClose(() => journal.write(header));
  }

  /** Goes on behind the first `end` bytes of one. */
  static async resume(path: string, end: number, openFile: OpenFile = open): Promise<JournalWriter> {
    // Windows cuts no file that was opened to append to it.
    const cut = await openFile(path, 'r+');
    try {
      await cut.truncate(end);
    } finally {
      await cut.close();
    }
    return new JournalWriter(await openFile(path, 'a'));
  }

  append(entry: JournalEntry): Promise<void> {
    return this.write(entry);
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async orClose(act: () => Promise<void>): Promise<this> {
    try {
      await act();
      return this;
    } catch (error) {
      await this.file.close();
      throw error;
    }
  }

  private async write(line: object): Promise<void> {
    await this.file.appendFile(`${JSON.stringify(line)}\n`);
    await this.file.datasync();
  }
}

/** As it reads back. */
function toJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function isHeader(value: unknown): value is JournalHeader {
  return Number.isInteger(((value ?? {}) as Record<string, unknown>)['version']);
}

function isEntry(value: unknown): value is JournalEntry {
  const { tensors, files, read, position, sha256 } = (value ?? {}) as Record<string, unknown>;
  return (
    isObject(tensors) &&
    isObject(files) &&
    Number.isSafeInteger(read) &&
    Number.isSafeInteger(position) &&
    typeof sha256 === 'string'
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
