import assert from 'node:assert/strict';
import type { Example } from '../../../../engine/cli/evaluate/examples.ts';
import { fitNetwork, fitReached, rate, reached } from '../../../../engine/cli/evaluate/fit-network.ts';
import { fitMean } from '../../../../engine/cli/evaluate/mean-network.ts';
import { FEATURES } from '../../../../engine/decoding/cache/features.ts';
import { scoresOf, type Network } from '../../../../engine/decoding/cache/network.ts';
import { seededRandom } from '../../../../engine/seeded-random.ts';

/** Two candidates and the rest. The first feature points at a candidate, the second says whether it lies. */
function place(pointed: 0 | 1, lies: boolean): Example {
  const features = new Float32Array(3 * FEATURES);
  features[pointed * FEATURES] = 1;
  if (lies) features[pointed * FEATURES + 1] = 1;
  return { features, candidates: 3, right: lies ? 1 - pointed : pointed };
}

describe('fitting how the model and the text around are mixed', () => {
  const random = seededRandom(3);
  const side = (): 0 | 1 => (random() < 0.5 ? 0 : 1);

  it('learns which candidate is right, from features that only say so together', () => {
    const texts = Array.from({ length: 800 }, () => [place(side(), random() < 0.5), place(side(), false)]);
    const { bits, right } = rate(fitReached(texts, random), texts.flat());
    assert.ok(bits < 0.35 && right === 1, `${bits} bits, ${right} right`);
  });

  it('counts what decoding comes to: a place after a wrong token says little', () => {
    // Behind a token that nothing tells, pointers lie; elsewhere they do not.
    const hopeless = (): Example => ({ features: new Float32Array(3 * FEATURES), candidates: 3, right: 2 });
    const lying = (): Example => ({ ...place(0, false), right: 1 });
    const texts = Array.from({ length: 300 }, (_, at) =>
      at % 2 === 0 ? [hopeless(), lying(), lying()] : [place(side(), false), place(side(), false)],
    );
    const network = fitReached(texts, random);
    const straight = rate(network, [place(0, false), place(1, false)]);
    assert.ok(straight.bits < 0.35, `${straight.bits} bits where everything before was right`);
    assert.equal(reached(network, texts[0] ?? []).length, 1);
    assert.equal(reached(network, texts[1] ?? []).length, 2);
  });

  it('averages fits in one network, which scores as all of them do together', () => {
    const texts = Array.from({ length: 40 }, () => [place(side(), random() < 0.5)]);
    const fits: Network[] = [];
    const mean = fitMean(() => {
      const fit = fitNetwork(texts.flat(), random);
      fits.push(fit);
      return fit;
    });
    const averaged = (of: (network: Network) => number): number =>
      fits.reduce((sum, fit) => sum + of(fit), 0) / fits.length;
    assert.ok(fits.length > 1);
    for (const { features, candidates } of texts.flat()) {
      const scored = (network: Network): number[] => scoresOf(network, features, candidates);
      for (const [at, score] of scored(mean).entries()) {
        const expected = averaged((fit) => scored(fit)[at] ?? 0);
        assert.ok(Math.abs(score - expected) < 0.01, `${score} instead of ${expected}`);
      }
    }
    const bits = (network: Network): number => rate(network, texts.flat()).bits;
    assert.ok(bits(mean) <= averaged(bits) + 0.01, 'the mean is no worse than the fits are on average');
  });
});
