/**
 * How far a conversion is.
 * @param done bytes of the source that were read, those of earlier calls included
 * @param total bytes of the source that will be
 * @param bytesPerSecond of this call; 0 at its start
 */
export type OnProgress = (done: number, total: number, bytesPerSecond: number) => void;

/** Counts bytes of the source. */
export class Progress {
  private readonly started = performance.now();
  private added = 0;
  private readonly total: number;

  /** @param before bytes that earlier calls have read @param rest bytes that are still to be read */
  constructor(
    private readonly before: number,
    rest: number,
    private readonly onProgress: OnProgress | undefined,
  ) {
    this.total = before + rest;
    onProgress?.(before, this.total, 0);
  }

  add(bytes: number): void {
    this.added += bytes;
    const seconds = (performance.now() - this.started) / 1000;
    this.onProgress?.(this.before + this.added, this.total, this.added / seconds);
  }
}
