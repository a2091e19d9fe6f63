import assert from 'node:assert/strict';
import { LocalCache, PromptLookup } from '../../../engine/decoding/index.ts';
import { loadTokenizer, type Tokenizer } from '../../../engine/tokenizer/index.ts';

const CALL = 'const opened = await openTheStore(folder);\n';
const OTHER = 'let other = 1;\n';

describe('PromptLookup', () => {
  let tokenizer: Tokenizer;
  let cache: LocalCache;
  let lookup: PromptLookup;
  before(async () => {
    tokenizer = await loadTokenizer('engine/bundled');
  });
  beforeEach(() => {
    cache = new LocalCache(tokenizer);
  });
  /** What is guessed after a text, of which the last part is generated. */
  const guess = (prefix: string, chosen: string, { suffix = '', most = 15 } = {}): string => {
    cache.begin('a.ts', prefix, suffix);
    lookup = new PromptLookup(cache);
    for (const id of tokenizer.encode(chosen)) lookup.push(id);
    return tokenizer.decode(lookup.draft(most).ids);
  };

  it('guesses what followed the same tokens above, below and in other files', () => {
    assert.equal(guess(CALL + CALL + OTHER, 'const opened = await', { most: 3 }), ' openTheStore');
    assert.ok(guess(OTHER, 'const opened = await', { suffix: `\n${CALL}` }).startsWith(' openTheStore'));
    assert.equal(guess(OTHER, 'const opened = await'), '');
    cache.put('b.ts', CALL);
    assert.ok(guess(OTHER, 'const opened = await').startsWith(' openTheStore'));
  });

  it('gives line ends in the tokens that the vocabulary has for them', () => {
    const twice = CALL + OTHER + CALL + OTHER;
    cache.begin('a.ts', twice, '');
    lookup = new PromptLookup(cache);
    for (const id of tokenizer.encode(CALL)) lookup.push(id);
    assert.deepEqual(lookup.draft(4).ids, tokenizer.encode(OTHER).slice(0, 4));
  });

  it('says how likely the tokens are right together, never more so than the ones before', () => {
    cache.begin('a.ts', CALL + OTHER + CALL + OTHER, '');
    lookup = new PromptLookup(cache);
    for (const id of tokenizer.encode('const opened')) lookup.push(id);
    const { ids, probabilities } = lookup.draft(15);
    assert.ok(ids.length > 3);
    assert.equal(probabilities.length, ids.length);
    for (const [at, likely] of probabilities.entries())
      assert.ok(likely > 0 && likely <= (probabilities[at - 1] ?? 1), JSON.stringify(probabilities));
  });

  it('stops where places disagree, and at the number of tokens that are wanted', () => {
    const choices = Array.from({ length: 26 }, (_, at) => `take(the, x${at * 37}, now);\n`).join('');
    assert.match(guess(choices, 'take(the'), /^, x\d?$/);
    assert.equal(guess(CALL + CALL, 'const opened =', { most: 1 }), ' await');
    assert.equal(guess(CALL + CALL, 'const opened =', { most: 0 }), '');
  });

  it('goes on with the tokens that were chosen', () => {
    const text = CALL + CALL;
    assert.ok(guess(text, 'const opened').startsWith(' = await'));
    for (const id of tokenizer.encode(' = fetch(unheardOf)')) lookup.push(id);
    assert.equal(tokenizer.decode(lookup.draft(15).ids).includes('openTheStore'), false);
  });
});
