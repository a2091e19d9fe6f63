import assert from 'node:assert/strict';
import {
  allocateState,
  SequenceState,
  stateLength,
  type StateBuffer,
} from '../../../engine/runtime/sequence-state.ts';

const LAYOUT = [
  { name: 'ssm.0', shape: ['batch', 2, 3] },
  { name: 'conv.0', shape: ['batch', 4] },
] as const;

describe('allocateState', () => {
  it('gives every tensor its own part of one zeroed allocation', () => {
    const { values, tensors } = allocateState(LAYOUT);
    assert.equal(stateLength(LAYOUT), 10);
    assert.deepEqual([...values], new Array<number>(10).fill(0));
    assert.deepEqual(
      [...tensors].map(([name, { dims }]) => [name, dims]),
      [
        ['ssm.0', [1, 2, 3]],
        ['conv.0', [1, 4]],
      ],
    );
    values.set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual([...(tensors.get('ssm.0')?.data as Float32Array)], [0, 1, 2, 3, 4, 5]);
    assert.deepEqual([...(tensors.get('conv.0')?.data as Float32Array)], [6, 7, 8, 9]);
  });
});

describe('SequenceState', () => {
  let buffer: StateBuffer;
  let recycled: StateBuffer[];
  let state: SequenceState;
  beforeEach(() => {
    buffer = allocateState(LAYOUT);
    recycled = [];
    state = new SequenceState(7, buffer, (unused) => recycled.push(unused));
  });

  it('gives its buffer back when the last holder has released it, and not before', () => {
    state.retain().retain();
    assert.equal(state.isShared, true);
    state.release();
    state.release();
    assert.equal(state.isShared, false);
    assert.equal(state.buffer, buffer);
    assert.deepEqual(recycled, []);
    state.release();
    assert.equal(recycled.length, 1);
    assert.equal(recycled[0], buffer);
  });

  it('hands its buffer to the last holder who takes it, and recycles nothing then', () => {
    state.retain();
    assert.equal(state.take(), undefined);
    assert.equal(state.take(), buffer);
    assert.deepEqual(recycled, []);
  });

  it('refuses every use after the last release', () => {
    state.release();
    assert.throws(() => state.buffer, /used after its last release/);
    assert.throws(() => state.retain(), /retained after its last release/);
    assert.throws(() => {
      state.release();
    }, /released too often/);
    assert.throws(() => state.take(), /released too often/);
    assert.equal(recycled.length, 1);
  });
});
