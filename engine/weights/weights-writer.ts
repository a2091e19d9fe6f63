import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PackagedFile } from './manifest.ts';

/** Tensors begin at multiples of this many bytes: a cache line, and the widest vector. */
const ALIGNMENT = 64;
/** One call writes less than 2 GiB. */
const MAX_WRITE_BYTES = 1 << 30;

/** Appends tensors to the weights file and hashes what it writes. */
export class WeightsWriter {
  private readonly hash = createHash('sha256');
  private position = 0;

  private constructor(
    private readonly path: string,
    private readonly file: Awaited<ReturnType<typeof open>>,
  ) {}

  static async create(path: string): Promise<WeightsWriter> {
    return new WeightsWriter(path, await open(path, 'wx'));
  }

  /** Returns the offset at which the bytes stand. */
  async append(bytes: Uint8Array): Promise<number> {
    const offset = Math.ceil(this.position / ALIGNMENT) * ALIGNMENT;
    await this.write(new Uint8Array(offset - this.position));
    await this.write(bytes);
    return offset;
  }

  async finish(): Promise<PackagedFile> {
    await this.file.sync();
    return { file: basename(this.path), bytes: this.position, sha256: this.hash.digest('hex') };
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async write(bytes: Uint8Array): Promise<void> {
    this.hash.update(bytes);
    let written = 0;
    while (written < bytes.byteLength) {
      const length = Math.min(bytes.byteLength - written, MAX_WRITE_BYTES);
      written += (await this.file.write(bytes, written, length)).bytesWritten;
    }
    this.position += bytes.byteLength;
  }
}
