import assert from 'node:assert/strict';
import { ProjectIndex } from '../../../../engine/decoding/cache/project-index.ts';

/** Memory with room for about so many tokens. */
const room = (tokens: number): number => 4 * (2 ** 16 + 2 ** 19 + 2 ** 20) + tokens * 14;

function found(
  index: ProjectIndex,
  tail: number[],
  except = '',
): [length: number, id: number, next: number[]][] {
  const places: [number, number, number[]][] = [];
  index.find(tail, except, {
    add: (at, length, id) => {
      places.push([length, id, index.from(at, 3)]);
    },
  });
  return places.sort(([a], [b]) => b - a);
}

describe('ProjectIndex', () => {
  it('finds what followed, with the number of tokens that agree', () => {
    const index = new ProjectIndex(room(1000), 100);
    index.put('a', [1, 2, 3, 4, 5, 6, 7]);
    index.put('b', [9, 3, 4, 8]);
    assert.deepEqual(found(index, [2, 3, 4]), [
      [3, 5, [5, 6, 7]],
      [2, 8, [8]],
    ]);
    assert.deepEqual(found(index, [1, 2, 3, 4, 5, 6]), [[6, 7, [7]]]);
    assert.deepEqual(found(index, [42]), []);
  });

  it('does not look over the end of a file', () => {
    const index = new ProjectIndex(room(1000), 100);
    index.put('a', [1, 2]);
    index.put('b', [3, 4]);
    assert.deepEqual(found(index, [1, 2]), []);
    assert.deepEqual(found(index, [2, 3]), [[1, 4, [4]]]);
  });

  it('the newest version of a file counts, none once it is removed, and not the one that is written in', () => {
    const index = new ProjectIndex(room(1000), 100);
    index.put('a', [1, 2, 3]);
    index.put('a', [1, 2, 4]);
    assert.deepEqual(found(index, [1, 2]), [[2, 4, [4]]]);
    assert.deepEqual(found(index, [1, 2], 'a'), []);
    index.remove('a');
    assert.deepEqual(found(index, [1, 2]), []);
    assert.deepEqual(index.names, []);
  });

  it('keeps files that do not change while another is written again and again', () => {
    const index = new ProjectIndex(room(100), 100);
    index.put('a', [1, 2, 3]);
    for (let turn = 0; turn < 50; turn++) index.put('b', [4, 5, 6, 7, turn % 50]);
    assert.deepEqual(index.names.sort(), ['a', 'b']);
    assert.deepEqual(found(index, [1, 2]), [[2, 3, [3]]]);
    assert.deepEqual(found(index, [6, 7]), [[2, 49, [49]]]);
  });

  it('forgets the oldest files where there is no more room, and takes no more memory than it may', () => {
    const index = new ProjectIndex(room(100), 100);
    assert.ok(index.bytes <= room(100));
    for (let file = 0; file < 20; file++) index.put(`f${file}`, [file, 50, 51, 52, 53, 54, 55, 56, 57, file]);
    const { names } = index;
    assert.equal(names.at(-1), 'f19');
    assert.ok(names.length >= 6 && names.length < 10, String(names.length));
    assert.deepEqual(
      found(index, [0, 50]).filter(([length]) => length === 2),
      [],
    );
    assert.deepEqual(found(index, [19, 50])[0], [2, 51, [51, 52, 53]]);
  });

  it('leaves out a file that is larger than a quarter of the room', () => {
    const index = new ProjectIndex(room(100), 100);
    index.put('a', [1, 2, 3]);
    index.put(
      'large',
      Array.from({ length: 30 }, () => 7),
    );
    assert.deepEqual(index.names, ['a']);
  });

  it('holds ids of large vocabularies', () => {
    const index = new ProjectIndex(room(5000), 130_000);
    index.put('a', [100_000, 120_000, 129_999]);
    assert.deepEqual(found(index, [100_000, 120_000]), [[2, 129_999, [129_999]]]);
  });
});
