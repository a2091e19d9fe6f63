import assert from 'node:assert/strict';
import { SequenceState } from '../../../engine/runtime/sequence-state.ts';
import { CheckpointStore } from '../../../engine/state/checkpoint-store.ts';

/** States after 1, 2, … tokens, and which of them nobody holds any more. */
class States {
  readonly freed: string[] = [];

  /** The state after `ids`, held by nobody else once `put` has it. */
  put(store: CheckpointStore, ids: readonly number[]): void {
    const state = new SequenceState(ids.length, { values: new Float32Array(1), tensors: new Map() }, () => {
      this.freed.push(ids.join(' '));
    });
    store.put(ids, state);
    state.release();
  }
}

describe('CheckpointStore', () => {
  let states: States;
  beforeEach(() => {
    states = new States();
  });
  const find = (store: CheckpointStore, ids: readonly number[]): number | undefined => {
    const found = store.find(ids);
    found?.state.release();
    assert.equal(found?.state.length, found?.length);
    return found?.length;
  };

  it('finds the deepest prefix', () => {
    const store = new CheckpointStore(1000, 10);
    for (const ids of [[1], [1, 2, 3], [1, 2], [1, 2, 9, 9], [2, 2, 3, 4]]) states.put(store, ids);
    assert.equal(find(store, [1, 2, 3, 4]), 3);
    assert.equal(find(store, [1, 2, 4, 4]), 2);
    assert.equal(find(store, [1, 9]), 1);
    assert.equal(find(store, [3, 2, 3, 4, 5]), undefined);
  });

  it('leaves one token to advance by, since logits come from a run', () => {
    const store = new CheckpointStore(1000, 10);
    for (const ids of [
      [1, 2],
      [1, 2, 3],
    ])
      states.put(store, ids);
    assert.equal(find(store, [1, 2, 3]), 2);
    assert.equal(find(store, [1, 2]), undefined);
    assert.equal(find(store, []), undefined);
  });

  it('holds no more than its budget, and lets go of what was not used for longest', () => {
    const store = new CheckpointStore(39, 10);
    for (const ids of [[1], [2], [3]]) states.put(store, ids);
    find(store, [1, 0]);
    states.put(store, [4]);
    assert.equal(store.size, 3);
    assert.deepEqual(states.freed, ['2']);
    // Putting what is known already is a use too.
    states.put(store, [3]);
    states.put(store, [5]);
    assert.deepEqual(states.freed, ['2', '3', '1']);
    assert.equal(find(store, [3, 0]), 1);
  });

  it('keeps three checkpoints when even one is beyond the budget: a prompt has three places for them', () => {
    const store = new CheckpointStore(5, 10);
    for (const ids of [[1], [2], [3], [4]]) states.put(store, ids);
    assert.equal(store.size, 3);
    assert.deepEqual(states.freed, ['1']);
    assert.equal(find(store, [4, 0]), 1);
  });

  it('keeps what a document needs while it is typed in, however long', () => {
    const store = new CheckpointStore(40, 10);
    const suffix = Array.from({ length: 50 }, () => 1);
    states.put(store, [9]);
    states.put(store, suffix);
    for (let typed = 1; typed < 50; typed++) {
      const ids = [...suffix, ...Array.from({ length: typed }, () => 2)];
      assert.equal(find(store, ids), ids.length - 1);
      states.put(store, ids);
    }
    assert.equal(find(store, [...suffix, 7]), 50);
    assert.equal(find(store, [9, 7]), undefined);
  });

  it('keeps the first state of the same tokens', () => {
    const store = new CheckpointStore(1000, 10);
    states.put(store, [1, 2]);
    states.put(store, [1, 2]);
    assert.equal(store.size, 1);
    assert.deepEqual(states.freed, ['1 2']);
    assert.equal(find(store, [1, 2, 3]), 2);
  });

  it('an evicted state lives as long as somebody else holds it', () => {
    const store = new CheckpointStore(30, 10);
    states.put(store, [1]);
    const found = store.find([1, 2]);
    for (const ids of [[2], [3], [4]]) states.put(store, ids);
    assert.equal(find(store, [1, 2]), undefined);
    assert.deepEqual(states.freed, []);
    found?.state.release();
    assert.deepEqual(states.freed, ['1']);
  });

  it('releases all when it is cleared', () => {
    const store = new CheckpointStore(1000, 10);
    for (const ids of [[1], [2]]) states.put(store, ids);
    store.clear();
    assert.equal(store.size, 0);
    assert.deepEqual(states.freed, ['1', '2']);
    assert.equal(find(store, [1, 2]), undefined);
  });
});
