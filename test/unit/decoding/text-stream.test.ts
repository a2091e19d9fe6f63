import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { TextStream } from '../../../engine/decoding/index.ts';

const byByte = { bytes: (id: number) => (id < 256 ? Uint8Array.of(id) : new Uint8Array(0)) };

function pieces(ids: Iterable<number>): string[] {
  const stream = new TextStream(byByte);
  return Array.from(ids, (id) => stream.push(id));
}

describe('TextStream', () => {
  it('never gives half a character', () => {
    const text = 'aé中😀\u0301b';
    const given = pieces(Buffer.from(text));
    assert.equal(given.join(''), text);
    assert.deepEqual(given.slice(0, 6), ['a', '', 'é', '', '', '中']);
    assert.ok(given.every((piece) => !/\p{Surrogate}|\uFFFD/u.test(piece)));
  });

  it('gives U+FFFD for bytes that can never become a character', () => {
    assert.equal(pieces([0xff, 0x61, 0xc3, 0x62]).join(''), '\uFFFDa\uFFFDb');
  });

  it('keeps a byte order mark, and drops what stays incomplete', () => {
    assert.equal(pieces([0xef, 0xbb, 0xbf, 0x61, 0xf0, 0x9f]).join(''), '\uFEFFa');
  });

  it('gives nothing for control tokens', () => {
    assert.deepEqual(pieces([0xc3, 300, 0xa9]), ['', '', 'é']);
  });
});
