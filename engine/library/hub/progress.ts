/** How far a download is. */
export interface DownloadProgress {
  /** Bytes that are there, those of earlier runs included. */
  bytes: number;
  /** Bytes of all files. */
  total: number;
  /** Mean over about the last ten seconds; 0 until there is one. */
  bytesPerSecond: number;
  /** At that speed; null while there is none. */
  secondsLeft: number | null;
  /** The file that is being loaded. */
  file: string;
}

const WINDOW_MS = 10_000;
const REPORT_MS = 100;

/** Counts what arrives and tells of it ten times a second at most. */
export class ProgressMeter {
  private readonly samples: { at: number; bytes: number }[] = [];
  private reported = -Infinity;

  constructor(
    private readonly total: number,
    private readonly report: (progress: DownloadProgress) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * @param bytes that are there
   * @param isSpeed false if they were there before, or were thrown away
   */
  update(file: string, bytes: number, isSpeed = true): void {
    const at = this.now();
    const last = this.samples.at(-1);
    if (!isSpeed || (last !== undefined && bytes < last.bytes)) this.samples.length = 0;
    if (this.samples.length > 1 && at - this.reported < REPORT_MS && bytes < this.total) return;
    this.samples.push({ at, bytes });
    while (this.samples.length > 2 && at - (this.samples[0]?.at ?? at) > WINDOW_MS) this.samples.shift();
    const first = this.samples[0] ?? { at, bytes };
    const bytesPerSecond = at > first.at ? ((bytes - first.bytes) * 1000) / (at - first.at) : 0;
    const secondsLeft = bytesPerSecond > 0 ? (this.total - bytes) / bytesPerSecond : null;
    this.reported = at;
    this.report({ bytes, total: this.total, bytesPerSecond, secondsLeft, file });
  }
}
