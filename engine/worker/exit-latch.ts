const COMPUTING = 0;
const EXITING = 1;

/**
 * Lets a program that exits wait for the run under way. Node ends its worker threads then, and ending one inside ONNX Runtime
 * (1.30) aborts the process: the binding throws a C++ exception that nobody catches. Shared memory, since a thread that exits
 * receives no more messages.
 */
export class ExitLatch {
  private readonly flags: Int32Array<SharedArrayBuffer>;

  /** @param memory that of the other thread's latch */
  constructor(readonly memory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.flags = new Int32Array(memory);
  }

  /** In the worker: whether to start no further run. */
  get isExiting(): boolean {
    return Atomics.load(this.flags, EXITING) === 1;
  }

  /** In the worker: something that holds the exit up. */
  async computing<T>(work: () => Promise<T>): Promise<T> {
    Atomics.store(this.flags, COMPUTING, 1);
    try {
      return await work();
    } finally {
      Atomics.store(this.flags, COMPUTING, 0);
      Atomics.notify(this.flags, COMPUTING);
    }
  }

  /** In the thread that exits: blocks until the worker computes no more, or for so long. */
  exit(milliseconds: number): void {
    Atomics.store(this.flags, EXITING, 1);
    Atomics.wait(this.flags, COMPUTING, 1, milliseconds);
  }
}
