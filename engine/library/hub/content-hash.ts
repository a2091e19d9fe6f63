import { createHash, type Hash } from 'node:crypto';

/** What the hub says that a file's bytes are: sha256 for large files, which stand in LFS, else git's object id. */
export interface Digest {
  algorithm: 'sha256' | 'git-sha1';
  /** Hexadecimal. */
  value: string;
}

/** Hashes a file of a known length as the hub did. */
export class ContentHash {
  private readonly hash: Hash;

  constructor(
    private readonly digest: Digest,
    bytes: number,
  ) {
    this.hash = createHash(digest.algorithm === 'sha256' ? 'sha256' : 'sha1');
    // https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    if (digest.algorithm === 'git-sha1') this.hash.update(`blob ${bytes}\0`);
  }

  update(bytes: Uint8Array): void {
    this.hash.update(bytes);
  }

  /** Ends the hash: undefined if it is right, else what it is. */
  mismatch(): string | undefined {
    const found = this.hash.digest('hex');
    return found === this.digest.value ? undefined : found;
  }
}
