import assert from 'node:assert/strict';
import { CACHE_BYTES, LocalCache } from '../../../../engine/decoding/cache/local-cache.ts';
import { Mixing } from '../../../../engine/decoding/cache/mixing.ts';
import { loadTokenizer, type Tokenizer } from '../../../../engine/tokenizer/index.ts';

const MIB = 2 ** 20;

describe('LocalCache', () => {
  let tokenizer: Tokenizer;
  before(async () => {
    tokenizer = await loadTokenizer('engine/bundled');
  });

  /** What the text around says after a prefix, greedily, up to the line's end. */
  function says(cache: LocalCache, document: string, prefix: string, suffix = ''): string {
    const end = tokenizer.special('<|end|>') ?? -1;
    const mixing = new Mixing({ cache, forbidden: new Set(), endIds: [end] });
    cache.begin(document, prefix, suffix);
    const generated: number[] = [];
    for (let count = 0; count < 40; count++) {
      const question = { logits: undefined, generated, isAllowed: undefined, isOneLine: true };
      const [choice] = mixing.choose(question);
      if (choice === undefined || choice.id === end || choice.id === cache.encoder.newline) break;
      generated.push(choice.id);
    }
    return tokenizer.decode(generated);
  }

  it('repeats what stands above, below, and in other files, but not a line end of its own', () => {
    const line = 'const opened = await openTheStore(folder, { readonly: true });';
    const other = 'function unrelated(): void {}\n';
    const start = 'const opened = await openThe';
    const rest = 'Store(folder, { readonly: true });';
    const cache = new LocalCache(tokenizer);
    assert.equal(says(cache, 'a.ts', `${line}\n${other}${start}`), rest);
    assert.equal(says(cache, 'a.ts', `${other}${start}`, `\n${other}${line}\n`), rest);
    cache.put('b.ts', `${other}\r\n${line}\r\n${other}`);
    assert.equal(says(cache, 'a.ts', `${other}${start}`), rest);
    cache.remove('b.ts');
    assert.notEqual(says(cache, 'a.ts', `${other}${start}`), rest);
  });

  it('does not count what the index has of the document itself', () => {
    const cache = new LocalCache(tokenizer);
    cache.put('a.ts', 'let onlyHere = somethingRare();\n');
    assert.notEqual(says(cache, 'a.ts', 'let onlyHere ='), ' somethingRare();');
    assert.equal(says(cache, 'b.ts', 'let onlyHere ='), ' somethingRare();');
  });

  it('an edited document says the same as one that is read anew', () => {
    const texts = [
      'alpha(one);\nbeta(two);\ngamma(three);\n',
      'alpha(one);\nbeta(changed, two);\ngamma(three);\n',
      'alpha(one);\nbeta(changed, two);\n\nextra();\ngamma(three);\n',
      'beta(changed, two);\n',
      '',
    ];
    const edited = new LocalCache(tokenizer);
    for (const text of texts)
      for (const ask of ['alpha', 'beta(', 'gamma(thr']) {
        const fresh = says(new LocalCache(tokenizer), 'a', text + ask, text);
        assert.equal(says(edited, 'a', text + ask, text), fresh);
      }
  });

  it('takes at most 48 MiB, which are enough for 8 MB of code', function () {
    const cache = new LocalCache(tokenizer);
    assert.ok(cache.bytes <= 48 * MIB && CACHE_BYTES <= 48 * MIB);
    const before = process.memoryUsage().arrayBuffers;
    new LocalCache(tokenizer);
    assert.ok(process.memoryUsage().arrayBuffers - before <= 48 * MIB);
  });
});
