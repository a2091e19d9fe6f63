import assert from 'node:assert/strict';
import { DraftSize } from '../../../engine/completion/draft-size.ts';

const AGREED = 5;

/** Runs drafts on a machine with these costs, in ms, until the choice has settled; returns the share of time of plain decoding. */
function settle(
  costs: { run: (drafted: number) => number; replay: number },
  rightOf: (drafted: number) => number,
  tokens = 2000,
): { size: DraftSize; share: number } {
  const size = new DraftSize();
  let spent = 0;
  let made = 0;
  while (made < tokens) {
    const drafted = size.choose(15, AGREED);
    const ms = costs.run(drafted);
    size.ran(drafted, ms);
    spent += ms;
    made++;
    if (drafted === 0) continue;
    const right = Math.min(drafted, rightOf(drafted));
    const restoreMs = right < drafted ? costs.replay : 0;
    size.verified({ agreed: AGREED, drafted, right, restoreMs });
    spent += restoreMs;
    made += right;
  }
  return { size, share: spent / (made * costs.run(0)) };
}

/** As measured at Codestral's layer shape: 16 tokens cost 3.9 single ones. */
const memoryBound = { run: (drafted: number) => 6 + 1.2 * drafted, replay: 3 };
/** A machine on which a token costs the same in any run. */
const computeBound = { run: (drafted: number) => 6 * (1 + drafted), replay: 3 };

describe('DraftSize', () => {
  it('decodes plainly until it knows what a step takes, and where there is no draft', () => {
    const size = new DraftSize();
    assert.equal(size.choose(15, AGREED), 0);
    size.ran(0, 6);
    assert.equal(size.choose(0, AGREED), 0);
    assert.ok(size.choose(15, AGREED) > 0);
    assert.equal(size.choose(2, AGREED), 1);
  });

  it('takes long drafts where they are right', () => {
    const { size, share } = settle(memoryBound, (drafted) => drafted);
    assert.equal(size.choose(15, AGREED), 15);
    assert.equal(size.choose(5, AGREED), 3);
    assert.ok(share < 0.35, String(share));
  });

  it('switches itself off where drafts are wrong, and costs next to nothing', () => {
    const { share } = settle(memoryBound, () => 0);
    assert.ok(share < 1.03, String(share));
  });

  it('switches itself off where a run of several tokens gains nothing', () => {
    const { share } = settle(computeBound, (drafted) => drafted);
    assert.ok(share < 1.03, String(share));
  });

  it('takes short drafts where only their beginning is right', () => {
    const { size, share } = settle(memoryBound, () => 2);
    assert.ok(size.choose(15, AGREED) <= 7, String(size.choose(15, AGREED)));
    assert.ok(share < 0.85, String(share));
  });

  it('trusts a draft more after more tokens that agreed', () => {
    const size = new DraftSize();
    for (let step = 0; step < 300; step++) {
      for (const agreed of [3, 20]) {
        const drafted = size.choose(15, agreed);
        size.ran(drafted, memoryBound.run(drafted));
        const right = agreed === 20 ? drafted : 0;
        if (drafted > 0) size.verified({ agreed, drafted, right, restoreMs: right < drafted ? 3 : 0 });
      }
    }
    assert.equal(size.choose(15, 20), 15);
    assert.ok(size.choose(15, 3) <= 1);
  });

  it('does not try where a step takes next to nothing', () => {
    const size = new DraftSize();
    assert.equal(size.isWorthTrying, false);
    size.ran(0, 0.4);
    assert.equal(size.isWorthTrying, false);
    const large = new DraftSize();
    large.ran(0, 6);
    assert.equal(large.isWorthTrying, true);
  });

  it('comes back when drafts become right again', () => {
    const { size } = settle(memoryBound, () => 0);
    let used = 0;
    for (let step = 0; step < 600; step++) {
      const drafted = size.choose(15, AGREED);
      size.ran(drafted, memoryBound.run(drafted));
      if (drafted > 0) size.verified({ agreed: AGREED, drafted, right: drafted, restoreMs: 0 });
      if (step >= 400 && drafted > 0) used++;
    }
    assert.ok(used > 150, String(used));
  });
});
