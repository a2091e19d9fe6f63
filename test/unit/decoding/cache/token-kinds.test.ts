import assert from 'node:assert/strict';
import { TokenKinds } from '../../../../engine/decoding/cache/token-kinds.ts';
import { loadTokenizer, type Tokenizer } from '../../../../engine/tokenizer/index.ts';

describe("what a vocabulary's tokens look like", () => {
  let tokenizer: Tokenizer;
  let kinds: TokenKinds;
  before(async () => {
    tokenizer = await loadTokenizer('engine/bundled');
    kinds = new TokenKinds(tokenizer);
  });

  const ids = (text: string): number[] => tokenizer.encode(text, { dummyPrefix: false });
  const first = (text: string): number => kinds.start(ids(text)[0] ?? -1);
  const last = (text: string): number => kinds.end(ids(text).at(-1) ?? -1);

  it('tells words, marks and line ends apart, whatever the word or mark', () => {
    assert.equal(first('name'), first('$0'));
    assert.equal(first('('), first('['));
    const all = [first('name'), first('    '), first('('), first(')'), first('"'), first('.'), first(',')];
    assert.equal(new Set([...all, first('+'), first('\n')]).size, 9);
  });

  it('passes over a space before a mark, but not before a word', () => {
    const second = (text: string): number => kinds.start(ids(text)[1] ?? -1);
    assert.equal(second('a ='), first('='));
    assert.notEqual(second('a name'), first('name'));
  });

  it('takes a token that no vocabulary has for a line end', () => {
    assert.equal(kinds.end(-1), last('\n'));
    assert.equal(kinds.start(tokenizer.vocabularySize), first('\n'));
  });

  it('knows what a line leaves open', () => {
    assert.deepEqual(kinds.open(ids('call(a, [b')), { brackets: 2, isQuoted: false });
    assert.deepEqual(kinds.open(ids("call('it")), { brackets: 1, isQuoted: true });
    assert.deepEqual(kinds.open([...ids('call('), ...ids(');')]), { brackets: 0, isQuoted: false });
  });
});
