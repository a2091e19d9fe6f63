import assert from 'node:assert/strict';
import { bridge } from '../../../engine/completion/bridge.ts';
import type { Prompt } from '../../../engine/prompt/index.ts';
import { CheckpointTree } from '../../../engine/state/checkpoint-tree.ts';
import { stateOf } from '../../fixtures/states.ts';

/** Lines of a document, 20 tokens each, told apart by their number. */
const line = (number: number): number[] => Array.from({ length: 20 }, () => number);
const DOCUMENT_LINES = 60;

/** A prompt at a line's end: the lines below, a mark, the lines above and this one, a mark, the lines in the tail. */
function promptAt(cursor: number, lastLine = DOCUMENT_LINES) {
  return (tailLines: number): Prompt => {
    const lines = Math.min(tailLines, lastLine - cursor);
    const numbers = Array.from({ length: lastLine }, (_, at) => at + 1);
    const ids = [
      ...numbers.slice(cursor + lines).flatMap(line),
      ...[0, ...numbers.slice(0, cursor).flatMap(line), 0],
      ...numbers.slice(cursor, cursor + lines).flatMap(line),
    ];
    const places = { suffixEnd: 0, prefixStart: 0, prefixEnd: 0, lineStarts: [] };
    return { format: 'mamba-complete', ids, endIds: [], tailLines: lines, ...places };
  };
}

describe('bridge', () => {
  let tree: CheckpointTree;
  const keep = (ids: readonly number[]): void => {
    tree.put(ids, { document: 'a', isWarming: false }, { state: stateOf(ids.length) });
  };
  /** The state at the end of a prompt's lines above the cursor, as a request there leaves it. */
  const visit = (cursor: number): void => {
    keep(promptAt(cursor)(0).ids.slice(0, -1));
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
    const suffixOnly = promptAt(30)(0).ids.slice(0, 20 * 30);
    keep(suffixOnly);
    const prompt = bridge(promptAt(24), tree);
    assert.equal(prompt.tailLines, 6);
    assert.deepEqual(prompt.ids.slice(0, suffixOnly.length), suffixOnly);
  });

  it('a jump too far for a tail takes the plain prompt', () => {
    visit(50);
    assert.equal(bridge(promptAt(20), tree).tailLines, 0);
  });

  it('does not look for another prompt to save a few tokens', () => {
    let built = 0;
    const short = promptAt(1, 1);
    bridge((tailLines) => {
      built++;
      return short(tailLines);
    }, tree);
    assert.equal(built, 1);
  });

  it('asks for no more lines than there are', () => {
    const asked: number[] = [];
    const near = promptAt(57);
    bridge((tailLines) => {
      asked.push(tailLines);
      return near(tailLines);
    }, tree);
    assert.deepEqual(asked, [0, 1, 2, 3, 4]);
  });
});
