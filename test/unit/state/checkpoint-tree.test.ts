import assert from 'node:assert/strict';
import { CheckpointTree, type Found } from '../../../engine/state/checkpoint-tree.ts';
import { stateOf } from '../../fixtures/states.ts';

const STATE_BYTES = 100;
const LOG_BYTES = 2;

const USE = { document: 'a', isWarming: false };
const WARMING = { document: 'a', isWarming: true };

/** Tokens written as letters: one a character. */
const ids = (letters: string): number[] => Array.from(letters, (letter) => letter.codePointAt(0) ?? 0);
/** A log for each letter, which is the letter's number. */
const logOf = (letters: string): Float32Array[] => ids(letters).map((id) => Float32Array.of(id));

describe('CheckpointTree', () => {
  let freed: string[];
  let recycled: string;
  const newTree = (budgetBytes: number): CheckpointTree => {
    freed = [];
    recycled = '';
    return new CheckpointTree({ budgetBytes, stateBytes: STATE_BYTES, logBytes: LOG_BYTES }, (logs) => {
      for (const [letter = 0] of logs) recycled += String.fromCodePoint(letter);
    });
  };
  /** Keeps a state that nobody else holds. */
  const putState = (tree: CheckpointTree, letters: string, document = 'a'): void => {
    const state = stateOf(letters.length, letters.length, () => freed.push(letters));
    tree.put(ids(letters), { document, isWarming: false }, { state });
    state.release();
  };
  /** What is known of a prompt: letters of the state, then those replayed. */
  const known = (tree: CheckpointTree, letters: string): string => {
    const found: Found | undefined = tree.find(ids(letters), USE);
    if (found === undefined) return '';
    const states = found.state?.length ?? 0;
    found.state?.release();
    assert.equal(states + found.log.length, found.length);
    const replayed = found.log.map(([letter = 0]) => String.fromCodePoint(letter)).join('');
    assert.equal(letters.slice(states, found.length), replayed);
    return `${letters.slice(0, states)}+${replayed}`;
  };

  it('finds the deepest state that is a prefix', () => {
    const tree = newTree(10_000);
    for (const letters of ['a', 'abc', 'ab', 'abxx', 'bbcd']) putState(tree, letters);
    assert.equal(known(tree, 'abcd'), 'abc+');
    assert.equal(known(tree, 'abdd'), 'ab+');
    assert.equal(known(tree, 'ad'), 'a+');
    assert.equal(known(tree, 'cbcd'), '');
  });

  it('leaves one token to advance by, unless the logits are known', () => {
    const tree = newTree(10_000);
    putState(tree, 'ab');
    putState(tree, 'abc');
    assert.equal(known(tree, 'abc'), 'ab+');
    assert.equal(known(tree, ''), '');
    tree.put(ids('abc'), USE, { logits: Float32Array.of(7) });
    assert.equal(known(tree, 'abc'), 'abc+');
    assert.deepEqual(tree.find(ids('abc'), USE)?.logits, Float32Array.of(7));
    assert.equal(tree.find(ids('abcd'), USE)?.logits, undefined);
  });

  it('restores every place that a log covers', () => {
    const tree = newTree(10_000);
    putState(tree, 'ab');
    tree.put(ids('abcdef'), USE, { log: logOf('cdef') });
    for (const [prompt, expected] of [
      ['abx', 'ab+'],
      ['abcx', 'ab+c'],
      ['abcdex', 'ab+cde'],
      ['abcdef', 'ab+cde'],
      ['abcdefg', 'ab+cdef'],
      ['axc', ''],
    ] as const)
      assert.equal(known(tree, prompt), expected);
  });

  it('restores from a log of the first tokens of all', () => {
    const tree = newTree(10_000);
    tree.put(ids('abc'), USE, { log: logOf('abc') });
    assert.equal(known(tree, 'abx'), '+ab');
  });

  it('a log with a gap before it is of no use until the gap is filled', () => {
    const tree = newTree(10_000);
    putState(tree, 'ab');
    tree.put(ids('abcdef'), USE, { log: logOf('ef') });
    assert.equal(known(tree, 'abcdefg'), 'ab+');
    tree.put(ids('abcd'), USE, { log: logOf('cd') });
    assert.equal(known(tree, 'abcdefg'), 'ab+cdef');
  });

  it('a log goes on through a state and through a branch', () => {
    const tree = newTree(10_000);
    putState(tree, 'ab');
    tree.put(ids('abcdef'), USE, { log: logOf('cdef') });
    tree.put(ids('abcxy'), USE, { log: logOf('xy') });
    assert.equal(known(tree, 'abcxyz'), 'ab+cxy');
    putState(tree, 'abcd');
    assert.equal(known(tree, 'abcdefg'), 'abcd+ef');
    assert.equal(known(tree, 'abcx'), 'ab+c');
  });

  it('gives the end of a prompt with its logits, replayed', () => {
    const tree = newTree(10_000);
    putState(tree, 'ab');
    tree.put(ids('abcd'), USE, { log: logOf('cd'), logits: Float32Array.of(1) });
    assert.equal(known(tree, 'abcd'), 'ab+cd');
    assert.deepEqual(tree.find(ids('abcd'), USE)?.logits, Float32Array.of(1));
  });

  it('counts a replayed token as less than one to advance by, and looking is no use', () => {
    const tree = newTree(10_000);
    assert.equal(tree.cost(ids('abcdef')), 6);
    putState(tree, 'ab');
    assert.equal(tree.cost(ids('abcdef')), 4);
    tree.put(ids('abcd'), USE, { log: logOf('cd') });
    const cost = tree.cost(ids('abcdef'));
    assert.ok(cost > 2 && cost < 4, String(cost));
  });

  it('says how many of the reused tokens were computed ahead, once', () => {
    const tree = newTree(10_000);
    putState(tree, 'ab');
    const state = stateOf(5);
    tree.put(ids('abcde'), WARMING, { state, log: logOf('cde') });
    assert.equal(tree.find(ids('abcdx'), WARMING)?.warmed, 2);
    assert.equal(tree.look(ids('abcdx'))?.warmed, 2);
    assert.equal(tree.find(ids('abcdx'), USE)?.warmed, 2);
    assert.equal(tree.find(ids('abcdx'), USE)?.warmed, 0);
  });

  it('stays within its budget and drops first what costs least to compute again', () => {
    // Room for four states and some logs.
    const tree = newTree(4 * STATE_BYTES + 20);
    putState(tree, 'long prefix');
    for (const letters of ['xy', 'xyz', 'w', 'long prefix, more']) putState(tree, letters);
    assert.ok(tree.bytes <= 4 * STATE_BYTES + 20);
    assert.deepEqual(freed, ['xyz']);
    assert.equal(known(tree, 'long prefix!'), 'long prefix+');
  });

  it('of states that can be replayed the deepest stays, and the end of a prompt goes first', () => {
    const tree = newTree(4 * STATE_BYTES + 60);
    putState(tree, 'abcdefghij');
    const replayable = (letters: string, count: number, logits?: Float32Array): void => {
      const state = stateOf(letters.length, letters.length, () => freed.push(letters));
      tree.put(ids(letters), USE, { state, log: logOf(letters.slice(-count)), ...(logits && { logits }) });
      state.release();
    };
    replayable('abcdefghijklmn', 4);
    replayable('abcdefghijklmnopqrstuvwxyz', 12);
    replayable('abcdefghijklmnopqrstuvwxyz!?', 2, Float32Array.of(1));
    for (const letters of ['1234567890', '2345678901']) putState(tree, letters);
    assert.deepEqual(freed, ['abcdefghijklmnopqrstuvwxyz!?', 'abcdefghijklmn']);
    assert.equal(known(tree, 'abcdefghijklmnop.'), 'abcdefghij+klmnop');
  });

  it('what is not used grows old, however dear', () => {
    const tree = newTree(4 * STATE_BYTES);
    putState(tree, 'a long text that costs much');
    for (let at = 0; at < 200; at++) putState(tree, `${String.fromCodePoint(300 + at)}b`);
    assert.ok(freed.includes('a long text that costs much'));
  });

  it('keeps what a document needs while it is typed in, however long', () => {
    const tree = newTree(4 * STATE_BYTES);
    const suffix = 'the text below the cursor '.repeat(6);
    putState(tree, suffix);
    for (let typed = 1; typed < 100; typed++) {
      const prompt = suffix + 'x'.repeat(typed);
      assert.equal(known(tree, `${prompt}.`), `${prompt.slice(0, -1)}+`);
      putState(tree, prompt);
    }
    assert.equal(known(tree, `${suffix}?`), `${suffix}+`);
  });

  it('keeps three states when even one is beyond the budget', () => {
    const tree = newTree(5);
    for (const letters of ['a', 'b', 'c', 'd']) putState(tree, letters);
    assert.deepEqual(freed, ['a']);
  });

  it('keeps the first state and log of the same tokens, and gives the others back', () => {
    const tree = newTree(10_000);
    putState(tree, 'ab');
    putState(tree, 'ab');
    assert.deepEqual(freed, ['ab']);
    tree.put(ids('abcd'), USE, { log: logOf('cd') });
    tree.put(ids('abcd'), USE, { log: logOf('cd') });
    assert.equal(recycled, 'cd');
    assert.equal(tree.bytes, STATE_BYTES + 2 * LOG_BYTES);
  });

  it('a dropped state lives as long as somebody else holds it', () => {
    const tree = newTree(3 * STATE_BYTES);
    putState(tree, 'a');
    const found = tree.find(ids('ab'), USE);
    tree.clear();
    assert.deepEqual(freed, []);
    found?.state?.release();
    assert.deepEqual(freed, ['a']);
  });

  it('counts keys and values that states share once, and as long as one of them is kept', () => {
    const [first, second, other] = [10, 20, 40].map((size) => ({
      values: new Float32Array(size),
      capacity: size,
      filled: size,
    }));
    assert.ok(first && second && other);
    const put = (tree: CheckpointTree, letters: string, pages: (typeof first)[], document: string): void => {
      const state = stateOf(letters.length, letters.length, undefined, pages);
      tree.put(ids(letters), { document, isWarming: false }, { state });
      state.release();
    };
    const tree = newTree(10_000);
    put(tree, 'a', [first], 'a');
    put(tree, 'ab', [first, second], 'b');
    put(tree, 'ac', [first, other], 'c');
    assert.equal(tree.bytes, 3 * STATE_BYTES + 4 * (10 + 20 + 40));
    tree.drop('b');
    assert.equal(tree.bytes, 2 * STATE_BYTES + 4 * (10 + 40));
    tree.drop('c');
    assert.equal(tree.bytes, 0);
    // A budget that the states alone would fit.
    const small = newTree(3 * STATE_BYTES + 4 * 40);
    put(small, 'a', [first], 'a');
    put(small, 'bc', [second], 'b');
    put(small, 'cde', [other], 'c');
    assert.ok(
      small.bytes <= 3 * STATE_BYTES + 4 * 40 && small.bytes >= STATE_BYTES + 4 * 40,
      `${small.bytes}`,
    );
    small.clear();
    assert.equal(small.bytes, 0);
  });

  it('lets go of a document that closes, and of nothing else', () => {
    const tree = newTree(10_000);
    putState(tree, 'one', 'a');
    putState(tree, 'two', 'b');
    tree.put(ids('onely'), USE, { log: logOf('ly'), logits: Float32Array.of(1) });
    tree.drop('a');
    assert.deepEqual(freed, ['one']);
    assert.equal(recycled, 'ly');
    assert.equal(tree.bytes, STATE_BYTES);
    assert.equal(known(tree, 'twos'), 'two+');
    assert.equal(known(tree, 'ones'), '');
  });

  it('looking is no use: it neither keeps alive nor gives to another document', () => {
    const tree = newTree(3 * STATE_BYTES);
    for (const letters of ['one', 'two', 'six']) putState(tree, letters, 'b');
    tree.look(ids('ones'))?.state?.release();
    putState(tree, 'ten');
    assert.deepEqual(freed, ['one']);
  });

  it('agrees with a list of states and logs at any order of use', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const letters = (length: number): string =>
      Array.from({ length }, () => 'abc'[random(3)] ?? 'a').join('');
    for (let round = 0; round < 50; round++) {
      const tree = newTree(1_000_000);
      const states = new Set<string>();
      const logged = new Set<string>();
      for (let step = 0; step < 30; step++) {
        const text = letters(1 + random(10));
        if (random(2) === 0) {
          putState(tree, text);
          states.add(text);
        } else {
          const count = 1 + random(text.length);
          tree.put(ids(text), USE, { log: logOf(text.slice(-count)) });
          for (let at = text.length - count + 1; at <= text.length; at++) logged.add(text.slice(0, at));
        }
        const prompt = letters(1 + random(12));
        let best = 0;
        for (let length = 1; length < prompt.length; length++) {
          const beginning = prompt.slice(0, length);
          if (states.has(beginning) || (best === length - 1 && logged.has(beginning))) best = length;
        }
        assert.equal(known(tree, prompt).replace('+', '').length, best, `${prompt} at step ${step}`);
      }
      tree.clear();
      assert.equal(tree.bytes, 0);
    }
  });
});
