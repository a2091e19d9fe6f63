import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PackagedFile } from './manifest.ts';

/** Tensors begin at multiples of this many bytes: a cache line, and the widest vector. */
const ALIGNMENT = 64;

/** The file system's part in writing; tests pass another. */
export type OpenFile = (path: string, flags: string) => Promise<FileHandle>;

/** A place in the weights file, to go back to. */
export interface Mark {
  position: number;
  hash: Hash;
}

/** Appends tensors to the weights file and hashes what it writes. One write is under way while the caller computes the next. */
export class WeightsWriter {
  private pending: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private position: number,
    private hash: Hash,
  ) {}

  static async create(path: string, openFile: OpenFile = open): Promise<WeightsWriter> {
    return new WeightsWriter(path, await openFile(path, 'wx'), 0, createHash('sha256'));
  }

  /** Goes on behind the first `position` bytes of a file. @param hash sha256 of them, not yet digested */
  static async resume(
    path: string,
    position: number,
    hash: Hash,
    openFile: OpenFile = open,
  ): Promise<WeightsWriter> {
    return new WeightsWriter(path, await openFile(path, 'r+'), position, hash);
  }

  /** Returns the offset at which the next tensor's bytes will stand. */
  async align(): Promise<number> {
    const offset = Math.ceil(this.position / ALIGNMENT) * ALIGNMENT;
    if (offset > this.position) await this.append(new Uint8Array(offset - this.position));
    return offset;
  }

  /** Takes a copy: the bytes may change when this resolves. */
  async append(bytes: Uint8Array): Promise<void> {
    this.hash.update(bytes);
    await this.pending;
    const pending = this.write(Buffer.from(bytes), this.position);
    this.position += bytes.byteLength;
    this.pending = pending;
    // Whoever waits for it next is told.
    pending.catch(() => undefined);
  }

  mark(): Mark {
    return { position: this.position, hash: this.hash.copy() };
  }

  /** Forgets what was appended since. */
  rewind({ position, hash }: Mark): void {
    this.position = position;
    this.hash = hash.copy();
  }

  /** Waits until all of it is on the disk. */
  async flush(): Promise<void> {
    await this.pending;
    await this.file.datasync();
  }

  async finish(): Promise<PackagedFile> {
    await this.pending;
    // Something longer may have stood here before it was forgotten.
    await this.file.truncate(this.position);
    await this.file.sync();
    return { file: basename(this.path), bytes: this.position, sha256: this.hash.copy().digest('hex') };
  }

  async close(): Promise<void> {
    await this.pending.catch(() => undefined);
    await this.file.close();
  }

  private async write(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0;
    while (written < bytes.byteLength) {
      const length = bytes.byteLength - written;
      written += (await this.file.write(bytes, written, length, position + written)).bytesWritten;
    }
  }
}
