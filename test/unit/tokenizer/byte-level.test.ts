import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { ByteLevelTokenizer } from '../../../engine/tokenizer/byte-level.ts';
import { readTokenizerJson } from '../../../engine/tokenizer/tokenizer-json.ts';

const source = 'test/fixtures/tokenizer/byte-level/tokenizer.json';
const text = readFileSync(source, 'utf8');
const tokenizer = new ByteLevelTokenizer(readTokenizerJson(text, source));

describe('ByteLevelTokenizer', () => {
  it('knows the special tokens by name only', () => {
    assert.equal(tokenizer.special('<|end|>'), 2);
    assert.equal(tokenizer.special('<|reserved_15|>'), 15);
    assert.equal(tokenizer.special('a'), undefined);
    assert.equal(tokenizer.special('<|no such|>'), undefined);
  });

  it('takes the name of a special token for text, in all the ways that it can stand', () => {
    for (let id = 0; id < 16; id++) {
      const name =
        [...'pad bos end path suffix prefix tail middle context'.split(' ')][id] ?? `reserved_${id}`;
      assert.equal(tokenizer.special(`<|${name}|>`), id);
      for (const code of [`<|${name}|>`, `a<|${name}|>b`, ` <|${name}|> `, `"<|${name}|>"\n`]) {
        const ids = tokenizer.encode(code);
        assert.ok(
          ids.every((other) => other >= 16),
          code,
        );
        assert.equal(tokenizer.decode(ids), code);
      }
    }
  });

  it('gives the bytes of ids, none for control tokens and ids that do not exist', () => {
    assert.deepEqual([...tokenizer.bytes(2)], []);
    assert.deepEqual([...tokenizer.bytes(-1)], []);
    assert.deepEqual([...tokenizer.bytes(1_000_000)], []);
    const emoji = tokenizer.encode('😀');
    assert.ok(emoji.length > 1);
    assert.deepEqual(
      emoji.flatMap((id) => [...tokenizer.bytes(id)]),
      [0xf0, 0x9f, 0x98, 0x80],
    );
  });

  it('has a byte for each of 256 ids', () => {
    const bytes = new Set(
      Array.from({ length: tokenizer.vocabularySize }, (_, id) => tokenizer.bytes(id))
        .filter((b) => b.length === 1)
        .map((b) => b[0]),
    );
    assert.equal(bytes.size, 256);
  });

  it('finds added tokens that are not special in the text', () => {
    const raw = JSON.parse(text) as { added_tokens: unknown[] };
    const id = tokenizer.vocabularySize;
    raw.added_tokens.push({ id, content: '    ', special: false, normalized: false });
    const more = new ByteLevelTokenizer(readTokenizerJson(JSON.stringify(raw), source));
    assert.equal(more.vocabularySize, id + 1);
    assert.ok(more.encode('a    b').includes(id));
    assert.equal(more.decode(more.encode('a    b<|end|>')), 'a    b<|end|>');
    assert.ok(!more.encode('a    b<|end|>').includes(2));
  });

  it('finds the longest of added tokens that begin alike, whatever characters they have', () => {
    const raw = JSON.parse(text) as { added_tokens: unknown[] };
    const first = tokenizer.vocabularySize;
    for (const [at, content] of ['a-b', 'a-b|c', '(*/]^$.'].entries())
      raw.added_tokens.push({ id: first + at, content, special: false, normalized: false });
    const more = new ByteLevelTokenizer(readTokenizerJson(JSON.stringify(raw), source));
    const [x] = more.encode('x');
    assert.deepEqual(more.encode('xa-bx'), [x, first, x]);
    assert.deepEqual(more.encode('xa-b|cx'), [x, first + 1, x]);
    assert.deepEqual(more.encode('(*/]^$.a-b'), [first + 2, first]);
    // A token that takes the spaces around it is the library's to find.
    const wide = { id: first, content: 'a-b', special: false, normalized: false, lstrip: true };
    const other = readTokenizerJson(JSON.stringify({ ...raw, added_tokens: [wide] }), source);
    assert.ok(new ByteLevelTokenizer(other).encode('x   a-b').includes(first));
  });

  it('splits as GPT-2 does where the tokenizer has no pattern of its own', () => {
    const raw = JSON.parse(text) as Record<string, unknown>;
    raw['pre_tokenizer'] = {
      type: 'ByteLevel',
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    };
    const gpt2 = new ByteLevelTokenizer(readTokenizerJson(JSON.stringify(raw), source));
    for (const code of ["don't  stop\n\n  now 123", '', ' ', 'a\u00a0b'])
      assert.equal(gpt2.decode(gpt2.encode(code)), code);
  });
});
