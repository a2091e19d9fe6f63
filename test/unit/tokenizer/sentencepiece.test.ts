import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BadInputError } from '../../../engine/errors.ts';
import { readSentencePieceModel } from '../../../engine/tokenizer/sentencepiece-model.ts';
import { SentencePieceTokenizer } from '../../../engine/tokenizer/sentencepiece.ts';
import { type FileOptions, sentencePieceFile } from './sentencepiece-file.ts';

const tokenizer = (options: FileOptions): SentencePieceTokenizer =>
  new SentencePieceTokenizer(readSentencePieceModel(sentencePieceFile(options), 'm.model'));

function refuses(file: Uint8Array, field: RegExp, found: RegExp): void {
  assert.throws(
    () => readSentencePieceModel(file, 'm.model'),
    (error) => {
      assert.ok(error instanceof BadInputError, String(error));
      assert.equal(error.input.source, 'm.model');
      assert.match(error.input.field ?? '', field);
      assert.match(error.input.found, found);
      return true;
    },
  );
}

describe('SentencePieceTokenizer', () => {
  // Ids from 260: a b c ab bc abc
  const pieces = [
    { text: 'a', score: -4 },
    { text: 'b', score: -5 },
    { text: 'c', score: -6 },
    { text: 'ab', score: -2 },
    { text: 'bc', score: -1 },
    { text: 'abc', score: -3 },
    { text: '\u2581', score: -7 },
  ];

  it('merges the best score first', () => {
    assert.deepEqual(tokenizer({ pieces }).encode('abc', { dummyPrefix: false }), [265]);
    const others = [...pieces.slice(0, 5), { text: 'x', score: -3 }];
    assert.deepEqual(tokenizer({ pieces: others }).encode('abc', { dummyPrefix: false }), [260, 264]);
  });

  it('merges the leftmost among equals', () => {
    const same = [
      { text: 'a', score: -4 },
      { text: 'aa', score: -1 },
    ];
    assert.deepEqual(tokenizer({ pieces: same }).encode('aaa', { dummyPrefix: false }), [261, 260]);
  });

  it('writes the dummy prefix once, and not for an empty text', () => {
    assert.deepEqual(tokenizer({ pieces }).encode('a b'), [266, 260, 266, 261]);
    assert.deepEqual(tokenizer({ pieces }).encode(''), []);
  });

  it('falls back to bytes', () => {
    assert.deepEqual(tokenizer({ pieces }).encode('é\n', { dummyPrefix: false }), [
      4 + 0xc3,
      4 + 0xa9,
      4 + 10,
    ]);
    assert.equal(tokenizer({ pieces }).decode([4 + 0xc3, 4 + 0xa9]), 'é');
  });

  it('takes the name of a control token for text', () => {
    const ids = tokenizer({ pieces }).encode('[SUFFIX]</s>', { dummyPrefix: false });
    assert.equal(ids.length, 12);
    assert.ok(!ids.includes(3) && !ids.includes(2));
    assert.equal(tokenizer({ pieces }).special('[SUFFIX]'), 3);
    assert.equal(tokenizer({ pieces }).special('a'), undefined);
    assert.equal(tokenizer({ pieces }).bytes(3).length, 0);
  });

  it('merges over spaces where the vocabulary has such pieces', () => {
    const phrase = [...pieces, { text: 'a\u2581', score: 0 }, { text: 'a\u2581b', score: 1 }];
    assert.deepEqual(tokenizer({ pieces: phrase }).encode('a b', { dummyPrefix: false }), [268]);
  });

  it('encodes 100 KB without a space in well under a second', () => {
    const started = performance.now();
    assert.equal(tokenizer({ pieces }).encode('abc'.repeat(34_000), { dummyPrefix: false }).length, 34_000);
    assert.ok(performance.now() - started < 2000);
  });
});

describe('readSentencePieceModel', () => {
  it('refuses a file that is cut off anywhere', () => {
    const file = sentencePieceFile();
    for (let length = 0; length < file.length; length += 7) refuses(file.subarray(0, length), /./, /./);
  });

  it('names the byte at which a length runs over the end', () => {
    refuses(Uint8Array.of(0x0a, 0x7f, 0x00), /^byte 0$/, /^1 bytes$/);
  });

  it('refuses a varint without end, a group, and field 0', () => {
    refuses(Uint8Array.of(0x0a, ...Array<number>(12).fill(0xff)), /^byte 1$/, /longer/);
    refuses(Uint8Array.of(0x0b), /^byte 0$/, /^3$/);
    refuses(Uint8Array.of(0x02, 0x00), /^byte 0$/, /^0$/);
  });

  it('refuses text instead of a model', () => {
    refuses(new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n'), /./, /./);
  });

  it('refuses what it would encode wrongly', () => {
    refuses(sentencePieceFile({ modelType: 1 }), /model_type/, /1/);
    refuses(sentencePieceFile({ normalizer: 'nmt_nfkc' }), /normalizer_spec\.name/, /nmt_nfkc/);
    refuses(sentencePieceFile({ byteFallback: false }), /byte_fallback/, /false/);
  });

  it('refuses pieces that are no UTF-8, of unknown type, or huge', () => {
    refuses(Uint8Array.of(0x0a, 0x03, 0x0a, 0x01, 0xff), /pieces\[0\]/, /other bytes/);
    refuses(Uint8Array.of(0x0a, 0x02, 0x18, 0x09), /^byte 2$/, /^9$/);
    refuses(sentencePieceFile({ pieces: [{ text: 'x'.repeat(2000) }] }), /pieces\[260\]/, /bytes/);
  });
});
