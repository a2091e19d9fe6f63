import assert from 'node:assert/strict';
import { NotEnoughMemoryError } from '../../../engine/errors.ts';
import { asMemoryError, checkMemory } from '../../../engine/runtime/memory.ts';

const GIB = 2 ** 30;

describe('memory for a model', () => {
  it('a model that does not fit is refused with both sizes', () => {
    checkMemory('/models/large', 4 * GIB, 5.4 * GIB);
    assert.throws(
      () => {
        checkMemory('/models/large', 4 * GIB, 5 * GIB);
      },
      (error: unknown) =>
        error instanceof NotEnoughMemoryError &&
        error.message ===
          '/models/large: memory: expected 5.3 GiB free, found 5.0 GiB free. Close other programs, or choose a smaller model.',
    );
  });

  for (const said of [
    'std::bad_alloc',
    'bad allocation',
    'Failed to allocate memory for requested buffer of size 1073741824',
    'Array buffer allocation failed',
  ]) {
    it(`"${said}" is too little memory`, () => {
      const error = asMemoryError(new Error(said), '/models/large', 4 * GIB);
      assert.ok(error instanceof NotEnoughMemoryError);
      assert.match(error.message, /expected 5\.3 GiB free, found less/);
      assert.ok(error.cause instanceof Error && error.cause.message === said);
    });
  }

  it('another error stays what it is', () => {
    const error = new Error('no such file');
    assert.equal(asMemoryError(error, '/models/large', 1), error);
  });
});
