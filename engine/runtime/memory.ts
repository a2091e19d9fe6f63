import { NotEnoughMemoryError } from '../errors.ts';

/** ONNX Runtime packs the weights once more in memory: 1.26 times the file, which is mapped beside it. */
const PACKED = 1.3;
/** The runtime itself, a state or two, and what a run needs. */
const OTHER_BYTES = 150 * 2 ** 20;
/** What ONNX Runtime, the C++ library of each system and V8 say when an allocation has failed. */
const ALLOCATION_FAILED = /bad[ _]alloc|failed to allocate|allocation (of size \d+ )?failed|out of memory/i;
const GIB = 2 ** 30;

/**
 * @param weightsBytes of the package's weights file
 * @throws NotEnoughMemoryError if loading takes more than is available
 */
export function checkMemory(folder: string, weightsBytes: number, available: number): void {
  const needed = weightsBytes * PACKED + OTHER_BYTES;
  if (needed > available) throw notEnough(folder, needed, `${gibibytes(available)} free`);
}

/** What is thrown for an error that loading a model has met: one that says what it needs, if an allocation has failed. */
export function asMemoryError(error: unknown, folder: string, weightsBytes: number): unknown {
  if (!(error instanceof Error) || !ALLOCATION_FAILED.test(error.message)) return error;
  return notEnough(folder, weightsBytes * PACKED + OTHER_BYTES, 'less', error);
}

/** Where a load has failed for want of memory and no more is known of it. */
export function memoryRanOut(folder: string, cause: unknown): NotEnoughMemoryError {
  return new NotEnoughMemoryError(
    { source: folder, field: 'memory', expected: 'enough to load the model', found: 'less', action: ACTION },
    { cause },
  );
}

const ACTION = 'Close other programs, or choose a smaller model.';

function notEnough(folder: string, needed: number, found: string, cause?: unknown): NotEnoughMemoryError {
  const input = {
    source: folder,
    field: 'memory',
    expected: `${gibibytes(needed)} free`,
    found,
    action: ACTION,
  };
  return new NotEnoughMemoryError(input, { cause });
}

const gibibytes = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;
