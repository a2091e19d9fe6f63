import assert from 'node:assert/strict';
import type { Measurement } from '../../../../engine/index.ts';
import { choiceText, measurementPage } from '../../../../extension/models/measurementPage.ts';

const l10n = {
  t: (message: string, ...values: (string | number | boolean)[]) =>
    message.replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)])),
};

const measurement: Measurement = {
  modelHash: 'hash',
  inUse: 'mistral',
  formats: [
    {
      format: 'instruct',
      spans: 20,
      exact: 5,
      firstWord: 10,
      requestMs: 812.4,
      keystrokeMs: 31.26,
      keystrokeTokens: 2.5,
    },
    {
      format: 'mistral',
      spans: 0,
      exact: 0,
      firstWord: 0,
      requestMs: NaN,
      keystrokeMs: NaN,
      keystrokeTokens: NaN,
    },
  ],
  choice: { format: 'instruct', why: 'better' },
  end: 'clear',
  elapsedMs: 61_200,
  prefixTokens: 192,
  suffixTokens: 64,
};

describe('the page of a measurement', () => {
  it('shows a table, what was chosen, how it was measured, and what the formats are', () => {
    const page = measurementPage(measurement, { name: 'Codestral' }, l10n);
    const [title, , text, , ...rest] = page.split('\n');
    assert.equal(title, '# Codestral on your files');
    assert.equal(text, choiceText(measurement, l10n));
    const table = rest.filter((line) => line.startsWith('|'));
    assert.equal(table.length, 4);
    assert.ok(table.every((line) => line.split('|').length === 9));
    assert.equal(table[2], '| **instruct** | 20 | 25 % | 50 % | 812 | 31.3 | 2.5 |');
    assert.equal(table[3], '| mistral | 0 | – | – | – | – | – |');
    assert.match(page, /Measured in 61 s with 192 tokens before and 64 after the cursor/);
    assert.match(page, /- `mistral`: .+\n/);
  });

  for (const [why, end, text] of [
    ['better', 'clear', /^The format instruct is clearly better/],
    ['cheaper', 'spans', /within the noise. The format instruct is used.*each key costs less/],
    ['alike', 'spans', /within the noise, and the usual format instruct/],
    ['too-few', 'time', /^Too few places were measured.*Nothing was changed/],
    ['too-few', 'spans', /^The model completed too few places/],
  ] as const) {
    it(`says what follows: ${why}, ended by ${end}`, () => {
      assert.match(choiceText({ ...measurement, end, choice: { format: 'instruct', why } }, l10n), text);
    });
  }
});
