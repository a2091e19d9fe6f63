import assert from 'node:assert/strict';
import { FormatChoices } from '../../../../extension/models/formatChoices.ts';

function memoryOf(kept?: unknown) {
  const values = new Map<string, unknown>([['promptFormats', kept]]);
  return {
    get: (key: string) => values.get(key),
    update: (key: string, value: unknown) => {
      values.set(key, value);
      return Promise.resolve();
    },
  };
}

describe('the formats that measuring has found', () => {
  it('are kept by model, and forgotten', async () => {
    const choices = new FormatChoices(memoryOf());
    assert.deepEqual(choices.all, {});
    await choices.choose('a', 'mistral');
    await choices.choose('b', 'instruct');
    await choices.choose('a', 'continuation');
    assert.deepEqual(choices.all, { a: 'continuation', b: 'instruct' });
    await choices.choose('a', undefined);
    assert.deepEqual(choices.all, { b: 'instruct' });
    await choices.choose('none', undefined);
    assert.deepEqual(choices.all, { b: 'instruct' });
  });

  it('are none where something else was kept', () => {
    for (const kept of [null, 7, 'mistral', { a: 7 }])
      assert.deepEqual(new FormatChoices(memoryOf(kept)).all, {});
  });
});
