import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { prefixWindow } from '../../../engine/prompt/prefix-window.ts';
import { suffixWindow } from '../../../engine/prompt/suffix-window.ts';
import { markedTokenizer } from './marked-tokenizer.ts';

/** One token a byte: dense, as hexadecimal dumps are. */
const bytes = (text: string): number[] => markedTokenizer('').encode(text);
/** One token for three units or part of them, as in code. */
const thirds = (text: string): number[] => Array.from({ length: Math.ceil(text.length / 3) }, (_, at) => at);

const document = Array.from(
  { length: 2000 },
  (_, line) => `const value${line} = compute(${line * 7});\n`,
).join('');
const whole = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/u;

describe('prefixWindow', () => {
  it('takes everything that fits', () => {
    assert.equal(prefixWindow('a\nb\nc', 0, 100, thirds).text, 'a\nb\nc');
    assert.equal(prefixWindow('', 0, 100, thirds).text, '');
  });

  for (const [name, encode] of [
    ['code', thirds],
    ['dense text', bytes],
  ] as const) {
    it(`never is over its budget, and uses a third of it at least, in ${name}`, () => {
      const budget = 500;
      for (let cursor = 4000; cursor < document.length; cursor += 997) {
        const { text, ids } = prefixWindow(document.slice(0, cursor), 0, budget, encode);
        assert.ok(ids.length <= budget && ids.length >= budget * 0.33, `${ids.length} tokens at ${cursor}`);
        assert.ok(document.slice(0, cursor).endsWith(text));
        assert.ok(document.charAt(cursor - text.length - 1) === '\n');
      }
    });

    it(`moves its start rarely and forward only while 10,000 characters of ${name} are typed`, () => {
      let moves = 0;
      let last = -1;
      for (let cursor = 20_000; cursor < 30_000; cursor++) {
        const start = cursor - prefixWindow(document.slice(0, cursor), 0, 500, encode).text.length;
        assert.ok(start >= last);
        if (start !== last) moves++;
        last = start;
      }
      // In code one for each half window of 875 units, and the first; in dense text some two for each 437.
      assert.ok(moves <= (encode === thirds ? 13 : 70), `${moves} moves`);
    });
  }

  it('starts at the same place whether the whole document or only its end is handed over', () => {
    for (let cursor = 20_000; cursor < 40_000; cursor += 1013) {
      const all = prefixWindow(document.slice(0, cursor), 0, 500, thirds).text;
      for (const offset of [cursor - 3000, cursor - 7777])
        assert.equal(prefixWindow(document.slice(offset, cursor), offset, 500, thirds).text, all);
    }
  });

  it('cuts a line that is longer than the window, between characters', () => {
    for (const emoji of ['😀'.repeat(5000), `x${'😀'.repeat(5000)}`]) {
      const { text, ids } = prefixWindow(emoji, 0, 300, bytes);
      assert.ok(ids.length <= 300 && ids.length > 50, String(ids.length));
      assert.doesNotMatch(text, whole);
    }
  });

  it('keeps a budget of a few tokens, or none', () => {
    for (const budget of [0, 1, 2, 3, 5]) {
      const { text, ids } = prefixWindow(`${document}😀`, 0, budget, bytes);
      assert.ok(ids.length <= budget);
      assert.doesNotMatch(text, whole);
    }
  });

  it('has LF for CRLF, and the same places', () => {
    const crlf = document.replaceAll('\n', '\r\n');
    const { text } = prefixWindow(crlf.slice(0, 30_000), 0, 500, thirds);
    assert.ok(!text.includes('\r') && text.startsWith('const value'));
  });
});

describe('suffixWindow', () => {
  it('takes everything that fits', () => {
    assert.equal(suffixWindow('a\nb', 100, thirds).text, 'a\nb');
    assert.equal(suffixWindow('', 100, thirds).text, '');
  });

  for (const [name, encode] of [
    ['code', thirds],
    ['dense text', bytes],
  ] as const) {
    it(`is cut at a line's end near its budget in ${name}`, () => {
      const { text, ids } = suffixWindow(document, 500, encode);
      assert.ok(ids.length <= 500 && ids.length > 440, String(ids.length));
      assert.ok(text.endsWith('\n') && document.startsWith(text));
    });
  }

  it('cuts a line that is longer than the budget, between characters', () => {
    for (const start of ['', 'x', '\n\n']) {
      const { text, ids } = suffixWindow(start + '😀'.repeat(5000), 300, bytes);
      assert.ok(ids.length <= 300 && ids.length > 100, String(ids.length));
      assert.doesNotMatch(text, whole);
    }
  });

  it('keeps a budget of a few tokens, or none', () => {
    for (const budget of [0, 1, 2, 3, 5])
      assert.ok(suffixWindow('😀\nabc\n', budget, bytes).ids.length <= budget);
  });
});
