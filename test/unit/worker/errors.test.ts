import assert from 'node:assert/strict';
import { BadInputError, NotEnoughMemoryError } from '../../../engine/errors.ts';
import { deserializeError, serializeError } from '../../../engine/worker/errors.ts';

describe('errors across the thread boundary', () => {
  const input = { source: '/m/config.json', field: 'n_groups', expected: '1', found: '3', action: 'Look.' };

  it('bad input stays bad input, with all its parts', () => {
    const error = deserializeError(structuredClone(serializeError(new BadInputError(input))));
    assert.ok(error instanceof BadInputError);
    assert.deepEqual(error.input, input);
    assert.equal(error.message, '/m/config.json: n_groups: expected 1, found 3. Look.');
  });

  it('too little memory stays that', () => {
    const error = deserializeError(structuredClone(serializeError(new NotEnoughMemoryError(input))));
    assert.ok(error instanceof NotEnoughMemoryError);
    assert.deepEqual(error.input, input);
  });

  it('another error keeps its message and its stack', () => {
    const original = new TypeError('no such thing');
    const error = deserializeError(structuredClone(serializeError(original)));
    assert.ok(!(error instanceof BadInputError));
    assert.equal(error.message, 'no such thing');
    assert.equal(error.stack, original.stack);
  });

  it('what is no error becomes one', () => {
    assert.equal(deserializeError(structuredClone(serializeError('oops'))).message, 'oops');
    assert.equal(deserializeError(structuredClone(serializeError(undefined))).message, 'undefined');
  });
});
