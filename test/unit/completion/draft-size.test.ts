import assert from 'node:assert/strict';
import { DraftSize } from '../../../engine/completion/draft-size.ts';

/** How likely the tokens of a draft are right, where each is so likely after the ones before. */
const draftOf = (each: number, length = 15): number[] => Array.from({ length }, (_, at) => each ** (at + 1));
const DRAFT = draftOf(0.8);

/** Runs drafts on a machine with these costs, in ms, until the choice has settled; returns the share of time of plain decoding. */
function settle(
  costs: { run: (drafted: number) => number; replay: number },
  rightOf: (drafted: number) => number,
  probabilities = DRAFT,
  tokens = 2000,
): { size: DraftSize; share: number } {
  const size = new DraftSize();
  let spent = 0;
  let made = 0;
  while (made < tokens) {
    const drafted = size.choose(probabilities);
    const ms = costs.run(drafted);
    size.ran(drafted, ms);
    spent += ms;
    made++;
    if (drafted === 0) continue;
    const right = Math.min(drafted, rightOf(drafted));
    const restoreMs = right < drafted ? costs.replay : 0;
    size.verified({ probabilities: probabilities.slice(0, drafted), right, restoreMs });
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
    assert.equal(size.choose(DRAFT), 0);
    size.ran(0, 6);
    assert.equal(size.choose([]), 0);
    assert.ok(size.choose(DRAFT) > 0);
    assert.equal(size.choose(DRAFT.slice(0, 1)), 1);
  });

  it('takes long drafts where they are right', () => {
    const sure = draftOf(0.97);
    const { size, share } = settle(memoryBound, (drafted) => drafted, sure);
    assert.equal(size.choose(sure), 15);
    assert.equal(size.choose(sure.slice(0, 6)), 5);
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
    assert.ok(size.choose(DRAFT) <= 7, String(size.choose(DRAFT)));
    assert.ok(share < 0.85, String(share));
  });

  it('takes the part of a draft that is likely right', () => {
    const { size } = settle(memoryBound, (drafted) => Math.min(drafted, 4));
    assert.ok(size.choose(draftOf(0.99)) > size.choose(draftOf(0.7)));
    assert.ok(size.choose([0.98, 0.97, 0.96, 0.2, 0.1, 0.05, 0.02]) <= 3);
    assert.equal(size.choose(draftOf(0.1)), 0);
  });

  it('takes less of drafts that promise more than they keep', () => {
    const { size: honest } = settle(memoryBound, (drafted) => Math.min(drafted, 4));
    let drafts = 0;
    const { size: boastful } = settle(memoryBound, () => (drafts++ % 3 === 0 ? 1 : 0));
    const draft = draftOf(0.75);
    assert.ok(
      boastful.choose(draft) < honest.choose(draft),
      `${boastful.choose(draft)} ${honest.choose(draft)}`,
    );
  });

  it('has little looked up where drafts do not pay, and all again where they do', () => {
    const { size } = settle(computeBound, (drafted) => drafted);
    let little = 0;
    for (let step = 0; step < 200; step++) {
      const probabilities = DRAFT.slice(0, size.wanted);
      if (probabilities.length === 1) little++;
      const drafted = size.choose(probabilities);
      size.ran(drafted, computeBound.run(drafted));
      if (drafted > 0)
        size.verified({ probabilities: probabilities.slice(0, drafted), right: drafted, restoreMs: 0 });
    }
    assert.ok(little > 150, String(little));
    assert.equal(settle(memoryBound, (drafted) => drafted).size.wanted, 15);
    for (let run = 0; run < 20; run++) {
      size.ran(0, 6);
      size.ran(1, 7);
    }
    assert.equal(size.choose(DRAFT.slice(0, size.wanted)), 1);
    assert.equal(size.wanted, 15);
  });

  it('is not misled by one slow run of a size', () => {
    const size = new DraftSize();
    size.ran(0, 6);
    assert.equal(size.choose(DRAFT), 1);
    size.ran(1, 60);
    assert.equal(size.choose(DRAFT), 1);
    size.ran(1, 7);
    assert.ok(size.choose(DRAFT) > 0);
  });

  it('takes a machine that is slower for a while for the same machine', () => {
    const { size } = settle(memoryBound, (drafted) => drafted, draftOf(0.97));
    for (let run = 0; run < 40; run++)
      for (const drafted of [0, 1, 2, 3, 5, 7, 11, 15]) size.ran(drafted, 3 * memoryBound.run(drafted));
    for (let run = 0; run < 40; run++) size.ran(0, memoryBound.run(0));
    assert.equal(size.choose(draftOf(0.97)), 15);
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
      const drafted = size.choose(DRAFT);
      size.ran(drafted, memoryBound.run(drafted));
      if (drafted > 0)
        size.verified({ probabilities: DRAFT.slice(0, drafted), right: drafted, restoreMs: 0 });
      if (step >= 400 && drafted > 0) used++;
    }
    assert.ok(used > 150, String(used));
  });
});
