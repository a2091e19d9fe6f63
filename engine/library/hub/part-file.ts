import { open as openFile, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { ContentHash, type Digest } from './content-hash.ts';

/** Read at once when a part is hashed again: less than a millisecond of hashing. */
const PIECE_BYTES = 1 << 18;

/** A file of a repository. */
export interface HubFile {
  path: string;
  bytes: number;
  digest: Digest;
}

/** What stands beside a part: without it, or if it is about something else, the part is worth nothing. */
interface PartRecord {
  version: 1;
  bytes: number;
  digest: Digest;
  /** A strong ETag of what sent the part; null if it gave none. */
  etag: string | null;
}

/**
 * A file that is being downloaded: `NAME.part` with `NAME.part.json` beside it. It gets its name only when its length and
 * hash are right. The bytes that an earlier run left are hashed again, not believed.
 */
export class PartFile {
  private hash: ContentHash;
  private written = 0;
  private etagSeen: string | null = null;

  private constructor(
    readonly target: string,
    private readonly file: HubFile,
    private readonly handle: FileHandle,
  ) {
    this.hash = new ContentHash(file.digest, file.bytes);
  }

  /** @param open opens files; for tests */
  static async open(
    target: string,
    file: HubFile,
    {
      open = openFile,
      signal,
    }: { open?: typeof openFile | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<PartFile> {
    const record = await readRecord(`${target}.part.json`, file);
    // Neither `r+` nor `a` both creates a file and writes where it is told to.
    await (await open(`${target}.part`, 'a')).close();
    const part = new PartFile(target, file, await open(`${target}.part`, 'r+'));
    try {
      if (record === undefined) await part.restart();
      else await part.takeUp(record, signal);
    } catch (error) {
      await part.close();
      throw error;
    }
    return part;
  }

  /** Bytes that are there. */
  get position(): number {
    return this.written;
  }

  get isComplete(): boolean {
    return this.written === this.file.bytes;
  }

  /** The ETag of what sent the bytes so far. */
  get etag(): string | null {
    return this.etagSeen;
  }

  /** Notes which content the bytes to come are of. */
  async from(etag: string | null): Promise<void> {
    // A weak tag says that two contents serve the same purpose, not that they are the same bytes.
    const strong = etag === null || etag.startsWith('W/') ? null : etag;
    if (strong === this.etagSeen) return;
    this.etagSeen = strong;
    await this.writeRecord();
  }

  async append(bytes: Uint8Array): Promise<void> {
    let done = 0;
    while (done < bytes.byteLength) {
      const { bytesWritten } = await this.handle.write(
        bytes,
        done,
        bytes.byteLength - done,
        this.written + done,
      );
      done += bytesWritten;
    }
    this.hash.update(bytes);
    this.written += bytes.byteLength;
  }

  /** Throws away what is there. */
  async restart(): Promise<void> {
    await this.handle.truncate(0);
    this.written = 0;
    this.etagSeen = null;
    this.hash = new ContentHash(this.file.digest, this.file.bytes);
    await this.writeRecord();
  }

  /** Gives the whole file its name; undefined if it is right, else the hash that it has, and nothing is left of it. */
  async finish(): Promise<string | undefined> {
    const wrong = this.hash.mismatch();
    if (wrong !== undefined) {
      await this.restart();
      return wrong;
    }
    await this.handle.sync();
    // Windows renames no file that is open.
    await this.close();
    await rename(`${this.target}.part`, this.target);
    await rm(`${this.target}.part.json`, { force: true });
    return undefined;
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  private async takeUp(record: PartRecord, signal: AbortSignal | undefined): Promise<void> {
    this.etagSeen = record.etag;
    const { size } = await this.handle.stat();
    if (size > this.file.bytes) return this.restart();
    const piece = Buffer.alloc(PIECE_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await this.handle.read(piece, 0, piece.length, this.written);
      if (bytesRead === 0) return;
      this.hash.update(piece.subarray(0, bytesRead));
      this.written += bytesRead;
    }
  }

  private async writeRecord(): Promise<void> {
    const { bytes, digest } = this.file;
    const record: PartRecord = { version: 1, bytes, digest, etag: this.etagSeen };
    const path = `${this.target}.part.json`;
    await writeFile(`${path}.new`, JSON.stringify(record));
    await rename(`${path}.new`, path);
  }
}

/** The record, if it is whole and about this file. */
async function readRecord(path: string, { bytes, digest }: HubFile): Promise<PartRecord | undefined> {
  let record: Partial<PartRecord>;
  try {
    record = JSON.parse(await readFile(path, 'utf8')) as Partial<PartRecord>;
  } catch {
    return undefined;
  }
  const isSame =
    record.version === 1 &&
    record.bytes === bytes &&
    record.digest?.algorithm === digest.algorithm &&
    record.digest.value === digest.value;
  const etag = typeof record.etag === 'string' ? record.etag : null;
  return isSame ? { version: 1, bytes, digest, etag } : undefined;
}
