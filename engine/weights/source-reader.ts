import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { BadInputError } from '../errors.ts';
import { unreadable } from './json-file.ts';

/** Most that is read at once of what no tensor asks for. */
const GAP_BYTES = 1 << 20;

/**
 * Reads ranges of a file, and hashes the whole of it on the way: ranges come in the file's order, and what lies between them is
 * read too.
 */
export class SourceReader {
  private hashed = 0;

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly size: number,
    /** Undefined where nobody wants it. */
    private readonly hash: Hash | undefined,
  ) {}

  /** @throws BadInputError if the file cannot be read. */
  static async open(path: string, { hash }: { hash: boolean }): Promise<SourceReader> {
    try {
      const file = await open(path);
      const { size } = await file.stat();
      return new SourceReader(path, file, size, hash ? createHash('sha256') : undefined);
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  /** Fills the target from there on. @throws BadInputError if the file ends before. */
  async read(position: number, target: Uint8Array): Promise<void> {
    await this.hashUpTo(position);
    await this.fill(position, target);
    // A range that is read a second time was hashed the first.
    if (this.hashed !== position) return;
    this.hash?.update(target);
    this.hashed += target.byteLength;
  }

  /** sha256 of the whole file; undefined where it was not wanted. */
  async digest(): Promise<string | undefined> {
    await this.hashUpTo(this.size);
    return this.hash?.digest('hex');
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async hashUpTo(position: number): Promise<void> {
    if (this.hash === undefined) return;
    while (this.hashed < position) {
      const gap = new Uint8Array(Math.min(position - this.hashed, GAP_BYTES));
      await this.fill(this.hashed, gap);
      this.hash.update(gap);
      this.hashed += gap.byteLength;
    }
  }

  private async fill(position: number, target: Uint8Array): Promise<void> {
    let filled = 0;
    while (filled < target.byteLength) {
      const { bytesRead } = await this.file
        .read(target, filled, target.byteLength - filled, position + filled)
        .catch((error: unknown) => {
          throw unreadable(this.path, error);
        });
      if (bytesRead === 0) {
        throw new BadInputError({
          source: this.path,
          expected: `${target.byteLength} bytes at ${position}`,
          found: `${filled} bytes`,
          action: 'The file changed while it was read: download it again.',
        });
      }
      filled += bytesRead;
    }
  }
}
