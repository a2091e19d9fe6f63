import assert from 'node:assert/strict';
import type { Account } from '../../../../engine/index.ts';
import { SlowModel, type SlowAnswer } from '../../../../extension/models/slowModel.ts';
import { account, model } from '../fakeEngine.ts';

const WARM: Account = {
  ...account,
  promptTokens: 100,
  reusedTokens: 95,
  firstTokenMs: 300,
  generatedTokens: 11,
  decodeMs: 2000,
};

function watch(answer: SlowAnswer, stored = new Map<string, unknown>()) {
  const told: { firstMs: number; tokenMs: number; name: string }[] = [];
  let chosen = 0;
  const slow = new SlowModel({
    store: {
      get: (key: string) => stored.get(key) as never,
      update: (key, value) => Promise.resolve(void stored.set(key, value)),
    },
    tell: ({ firstMs, tokenMs, model: { name } }) => {
      told.push({ firstMs, tokenMs, name });
      return Promise.resolve(answer);
    },
    choose: () => chosen++,
  });
  const finish = async (change: Partial<Account>, times = 7, name = 'Large'): Promise<void> => {
    for (let time = 0; time < times; time++)
      await slow.finished({ ...model, name, directory: `/models/${name}` }, { ...WARM, ...change });
  };
  return { finish, told, stored, chosen: () => chosen };
}

describe('a model that is too slow', () => {
  it('is named once, with its figures', async () => {
    const { finish, told } = watch(undefined);
    await finish({ firstTokenMs: 1800 }, 6);
    assert.equal(told.length, 0);
    await finish({ firstTokenMs: 1800 }, 20);
    assert.deepEqual(told, [{ firstMs: 1800, tokenMs: 200, name: 'Large' }]);
    await finish({ decodeMs: 5000 }, 7, 'Larger');
    assert.deepEqual(told[1], { firstMs: 300, tokenMs: 500, name: 'Larger' });
  });

  for (const [what, change] of [
    ['a fast one', {}],
    ['one that is slow where its prompt is unknown', { reusedTokens: 0, firstTokenMs: 9000 }],
    ['one that generates nothing', { generatedTokens: 1, decodeMs: 9000 }],
    ['a suggestion that was known', { firstTokenMs: 0, totalMs: 0 }],
  ] as const) {
    it(`is not ${what}`, async () => {
      const { finish, told } = watch(undefined);
      await finish(change, 20);
      assert.equal(told.length, 0);
    });
  }

  it('is not one that was slow while something else ran', async () => {
    const { finish, told } = watch(undefined);
    for (let time = 0; time < 5; time++) {
      await finish({ firstTokenMs: 9000, decodeMs: 90_000 }, 3);
      await finish({}, 4);
    }
    assert.equal(told.length, 0);
  });

  it('may be kept, also in later sessions, and then another is still named', async () => {
    const { finish, stored } = watch('keep');
    await finish({ firstTokenMs: 1800 });
    const later = watch('never', stored);
    await later.finish({ firstTokenMs: 1800 });
    assert.equal(later.told.length, 0);
    await later.finish({ firstTokenMs: 1800 }, 7, 'Other');
    assert.equal(later.told.length, 1);
    const last = watch(undefined, stored);
    await last.finish({ firstTokenMs: 1800 }, 7, 'Third');
    assert.equal(last.told.length, 0);
  });

  it('gives way to a smaller one that the user chooses', async () => {
    const { finish, chosen, stored } = watch('smaller');
    await finish({ firstTokenMs: 1800 });
    assert.equal(chosen(), 1);
    assert.equal(stored.size, 0);
  });
});
