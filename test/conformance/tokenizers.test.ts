import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { loadTokenizer, type Tokenizer } from '../../engine/tokenizer/index.ts';

/** Strings of ours with the ids of sentencepiece 0.2.3 and tokenizers 0.23.3; see make_fixture.py beside them. */
interface Row {
  text: string;
  byteLevel: number[];
  granite: number[];
  gptNeox: number[];
  sentencePiece: number[];
  sentencePieceBare: number[];
}
const rows = JSON.parse(readFileSync('test/fixtures/tokenizer/strings.json', 'utf8')) as Row[];
const mistralFile = '../shared/data/tokenizer/mistral_instruct_tokenizer_240323.model.v3';

/** Prefix and suffix as mistral-common encodes them, without the markers. */
const goldens = [
  {
    prefix: 'def f(',
    suffix: 'return a + b',
    suffixIds: [1575, 1032, 1416, 1055],
    prefixIds: [1569, 1053, 29500],
  },
  {
    prefix: 'def f(a, b):\n    ',
    suffix: '\n    return c\n',
    suffixIds: [781, 3055, 1372, 1045, 781],
    prefixIds: [1569, 1053, 29500, 29476, 29493, 1055, 2097, 781, 1028],
  },
  { prefix: '    x = ', suffix: ')\n', suffixIds: [29499, 781], prefixIds: [1028, 2086, 1095, 29473] },
];

const replaced = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');
const name = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

for (const [folder, kind] of [
  ['byte-level', 'byteLevel'],
  ['granite', 'granite'],
  ['gpt-neox', 'gptNeox'],
] as const) {
  describe(`Byte-level BPE of ${folder}'s kind gives the ids of Python tokenizers`, () => {
    let tokenizer: Tokenizer;
    before(async () => {
      tokenizer = await loadTokenizer(`test/fixtures/tokenizer/${folder}`);
    });

    for (const [index, { text, [kind]: ids }] of rows.entries()) {
      it(`${index}: ${name(text)}`, () => {
        assert.deepEqual(tokenizer.encode(text), ids);
        const clean = replaced(text);
        // GPT-NeoX's normalizer composes what can be composed.
        assert.equal(tokenizer.decode(ids), kind === 'gptNeox' ? clean.normalize('NFC') : clean);
      });
    }
  });
}

describe('SentencePiece gives the ids of the reference implementation', () => {
  let tokenizer: Tokenizer;
  before(async function () {
    if (!existsSync(mistralFile)) {
      console.log(`      skipped: ${mistralFile} is not here`);
      this.skip();
    }
    tokenizer = await loadTokenizer(mistralFile);
  });

  for (const { prefix, suffix, suffixIds, prefixIds } of goldens) {
    it(`mistral-common: ${name(prefix)} ${name(suffix)}`, () => {
      assert.deepEqual(tokenizer.encode(prefix), prefixIds);
      assert.deepEqual(tokenizer.encode(suffix, { dummyPrefix: false }), suffixIds);
    });
  }
  for (const [index, { text, sentencePiece, sentencePieceBare }] of rows.entries()) {
    it(`${index}: ${name(text)}`, () => {
      assert.deepEqual(tokenizer.encode(text), sentencePiece);
      assert.deepEqual(tokenizer.encode(text, { dummyPrefix: false }), sentencePieceBare);
      // SentencePiece cannot tell U+2581 from a space.
      assert.equal(tokenizer.decode(sentencePieceBare), replaced(text).replaceAll('\u2581', ' '));
    });
  }
});
