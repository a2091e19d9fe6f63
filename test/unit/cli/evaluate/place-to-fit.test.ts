import assert from 'node:assert/strict';
import { placeToFit } from '../../../../engine/cli/evaluate/place-to-fit.ts';
import { seededRandom } from '../../../../engine/seeded-random.ts';

describe('places at which the mixing is fitted', () => {
  const lines = Array.from({ length: 300 }, (_, at) => `  const line${at} = ${at};`);
  const text = lines.join('\n');
  const random = seededRandom(5);
  const places = Array.from({ length: 400 }, (_, at) => placeToFit([{ path: 'a.ts', text }], at, random));
  const count = (of: string): number => of.split('\n').length;

  it('are cuts of the text, with lines below that are not written yet', () => {
    for (const { span, isAlone } of places) {
      if (isAlone) assert.ok(text.includes(span.prefix + span.truth));
      else assert.ok(text.startsWith(span.prefix + span.truth));
    }
    const unfinished = places.filter(
      ({ span, isAlone }) => !isAlone && count(span.prefix + span.truth + span.suffix) < lines.length,
    );
    assert.ok(unfinished.length > 100, `${unfinished.length} unfinished`);
  });

  it('are where a line begins in some, without its indentation', () => {
    const whole = places.filter(({ span }) => span.prefix.endsWith('\n  '));
    assert.ok(whole.length > 80 && whole.length < 200, `${whole.length} whole`);
    for (const { span } of whole) assert.match(span.truth, /^const line/);
  });

  it('are in a file of a few lines in some, of which nothing else is known', () => {
    const alone = places.filter(({ isAlone }) => isAlone);
    assert.ok(alone.length > 110 && alone.length < 210, `${alone.length} alone`);
    for (const { span } of alone) assert.ok(count(span.prefix) <= 40 && count(span.suffix) <= 20);
  });
});
