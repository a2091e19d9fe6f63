import assert from 'node:assert/strict';
import { ForcedStart, unfinishedWord } from '../../../engine/decoding/index.ts';

describe('unfinishedWord', () => {
  const cases: [text: string, word: string][] = [
    ['for item in it', ' it'],
    ['    ret', 'ret'],
    ['ret', 'ret'],
    ['\tfoo.le', '.le'],
    ['f(us', '(us'],
    ['snake_ca', '_ca'],
    ['größ', 'größ'],
    ['x = ', ' '],
    ['x =', ' ='],
    ['x =  ', ' '],
    ['    ', ''],
    ['a\n', ''],
    ['x = 12', ''],
    ['foo(', '('],
    ['f((us', 'us'],
    ['(a.b) =>', ' =>'],
    ['first\n    ', ''],
    ['first\n    if', 'if'],
    ['', ''],
    ['a'.repeat(100), ''],
  ];
  for (const [text, word] of cases) {
    it(`${JSON.stringify(text.slice(-20))} ends with ${JSON.stringify(word)}`, () => {
      assert.equal(unfinishedWord(text), word);
    });
  }
});

describe('ForcedStart', () => {
  const pieces = ['', 't', 'to', ' to', ' total', ' x', 'tal', 'o', ' '];
  const tokenizer = { bytes: (id: number) => new TextEncoder().encode(pieces[id]) };
  const logits = (best: Record<string, number>): Float32Array =>
    Float32Array.from(pieces, (piece) => best[piece] ?? 0);
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

  it('takes the likeliest token that begins with the word, and gives what goes beyond it', () => {
    const start = new ForcedStart(tokenizer, ' to');
    const id = start.choose(logits({ ' x': 9, ' total': 5, ' to': 4 }));
    assert.equal(pieces[id], ' total');
    assert.equal(text(start.bytes(id)), 'tal');
    assert.ok(start.isDone);
  });

  it('goes on until the word is complete, and lets everything through then', () => {
    const start = new ForcedStart(tokenizer, ' to');
    const first = start.choose(logits({ ' ': 5, ' to': 4, tal: 9 }));
    assert.equal(pieces[first], ' ');
    assert.equal(text(start.bytes(first)), '');
    assert.ok(!start.isDone);
    const second = start.choose(logits({ to: 2, tal: 9, t: 1 }));
    assert.equal(pieces[second], 'to');
    assert.equal(text(start.bytes(second)), '');
    assert.ok(start.isDone);
    assert.equal(text(start.bytes(6)), 'tal');
  });

  it('never takes a control token, and is an error where no token fits', () => {
    const start = new ForcedStart(tokenizer, 'q');
    assert.throws(() => start.choose(logits({ '': 9 })), /no token/);
  });
});
