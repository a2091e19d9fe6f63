import assert from 'node:assert/strict';
import { bridge, type Build } from '../../../engine/completion/bridge.ts';
import { CheckpointTree } from '../../../engine/state/checkpoint-tree.ts';
import { stateOf } from '../../fixtures/states.ts';

/** Lines of a document, 20 tokens each, told apart by their number. */
const line = (number: number): number[] => Array.from({ length: 20 }, () => number);
const DOCUMENT_LINES = 60;

/** Lines above the cursor that are recent, and that a step adds. */
const RECENT = 2;
const STEP = 4;

/** A prompt at a line's end: the lines below, a mark, the lines above, a mark, the lines in the tail, a mark, the recent lines. */
function promptAt(cursor: number, lastLine = DOCUMENT_LINES): Build {
  return ({ tailLines = 0, recentSteps = 0 } = {}) => {
    const lines = Math.min(tailLines, lastLine - cursor);
    const numbers = Array.from({ length: lastLine }, (_, at) => at + 1);
    const last = Math.max(0, Math.floor((cursor - RECENT) / STEP));
    const step = Math.max(0, last - recentSteps);
    const ids = [
      ...numbers.slice(cursor + lines).flatMap(line),
      ...[0, ...numbers.slice(0, step * STEP).flatMap(line), 0],
      ...numbers.slice(cursor, cursor + lines).flatMap(line),
      ...[0, ...numbers.slice(step * STEP, cursor).flatMap(line)],
    ];
    const places = { suffixEnd: 0, prefixStart: 0, prefixEnd: 0, cursor: 0 };
    const prompt = { ids, endIds: [], tailLines: lines, recentSteps: last - step };
    return { format: 'mamba-complete', ...prompt, ...places };
  };
}

describe('bridge', () => {
  let tree: CheckpointTree;
  const keep = (ids: readonly number[]): void => {
    tree.put(ids, { document: 'a', isWarming: false }, { state: stateOf(ids.length) });
  };
  /** The state at the end of a prompt's lines above the cursor, as a request there leaves it. */
  const visit = (cursor: number): void => {
    keep(promptAt(cursor)().ids.slice(0, -1));
  };
  beforeEach(() => {
    tree = new CheckpointTree({ budgetBytes: 1000, stateBytes: 1, logBytes: 1 });
  });

  it('takes the plain prompt where nothing is known', () => {
    assert.equal(bridge(promptAt(30), tree).tailLines, 0);
  });

  it('takes the plain prompt where it is known already', () => {
    visit(30);
    assert.equal(bridge(promptAt(30), tree).tailLines, 0);
  });

  it('after a jump up by some lines, the lines between stand in the tail', () => {
    visit(30);
    // The suffix from line 31 on is known, and of the prefix nothing: the lines above are read again.
    const suffixOnly = promptAt(30)().ids.slice(0, 20 * 30);
    keep(suffixOnly);
    const prompt = bridge(promptAt(24), tree);
    assert.equal(prompt.tailLines, 6);
    assert.deepEqual(prompt.ids.slice(0, suffixOnly.length), suffixOnly);
  });

  it('where a step of lines has been typed, the recent text goes on as it began', () => {
    const before = promptAt(29, 29)().ids;
    keep(before);
    const next = bridge(promptAt(30, 30), tree);
    assert.deepEqual({ ...next, ids: next.ids.slice(0, before.length) }, { ...next, ids: before });
    assert.equal(next.recentSteps, 1);
  });

  it('a jump too far for a tail takes the plain prompt', () => {
    visit(50);
    assert.equal(bridge(promptAt(20), tree).tailLines, 0);
  });

  it('does not look for another prompt to save a few tokens', () => {
    let built = 0;
    const short = promptAt(1, 1);
    bridge((arrangement) => {
      built++;
      return short(arrangement);
    }, tree);
    assert.equal(built, 1);
  });

  it('asks for no more lines than there are', () => {
    const asked: number[] = [];
    const near = promptAt(57);
    bridge((arrangement) => {
      asked.push(arrangement?.tailLines ?? 0);
      return near(arrangement);
    }, tree);
    assert.deepEqual(asked, [0, 0, 1, 1, 2, 2, 3, 3, 4]);
  });
});
