import assert from 'node:assert/strict';
import { LineEncoder } from '../../../../engine/decoding/cache/line-encoder.ts';
import { probabilitiesOf, type Reading } from '../../../../engine/decoding/cache/mixer.ts';
import { loadTokenizer } from '../../../../engine/tokenizer/index.ts';

describe("a model's probabilities, as they are mixed", () => {
  let reading: Reading;
  let size: number;
  before(async () => {
    const tokenizer = await loadTokenizer('test/fixtures/tokenizer/byte-level');
    size = tokenizer.vocabularySize;
    reading = { encoder: new LineEncoder(tokenizer), forbidden: new Set(), endIds: [0] };
  });

  /** Logits of zero but for some. */
  const logits = (some: Record<number, number>): Float32Array =>
    Float32Array.from({ length: size }, (_, id) => some[id] ?? 0);

  it('are those of what is allowed, however unlikely all of it is', () => {
    const isAllowed = (id: number): boolean => id === 300 || id === 301;
    const source = logits({ 299: 200, 300: 1, 301: 1 - Math.log(3) });
    const found = probabilitiesOf(source, isAllowed, false, reading);
    assert.ok(Math.abs((found[300] ?? NaN) - 0.75) < 1e-6, String(found[300]));
    assert.ok(Math.abs((found[301] ?? NaN) - 0.25) < 1e-6);
    assert.equal(found[299], 0);
  });

  it('are none where every logit is NaN: the state is broken', () => {
    const broken = new Float32Array(size).fill(NaN);
    assert.throws(() => probabilitiesOf(broken, undefined, true, reading), /No logit/);
    assert.ok(probabilitiesOf(logits({ 5: NaN }), undefined, true, reading).every(Number.isFinite));
  });
});
