import assert from 'node:assert/strict';
import { machine, SpareTime } from '../../../../extension/completion/spareTime.ts';

/** A machine of four cores that the test moves on. */
function machineOf() {
  const state = { now: 0, all: 0, busy: 0, own: 0, battery: Promise.resolve(false), asked: 0 };
  const spare = new SpareTime({
    onBattery: () => {
      state.asked++;
      return state.battery;
    },
    times: () => ({ all: state.all, busy: state.busy, own: state.own }),
    now: () => state.now,
  });
  /** So much later the cores were busy and this process computed for these shares. */
  const pass = async (ms: number, busy: number, own: number): Promise<boolean> => {
    state.now += ms;
    state.all += 4 * ms;
    state.busy += 4 * ms * busy;
    state.own += 4 * ms * own;
    // The first look begins what the second one sees.
    const looks = [spare.isThere];
    await Promise.resolve();
    await Promise.resolve();
    looks.push(spare.isThere);
    return looks[1] === true;
  };
  return { state, pass };
}

describe('spare time', () => {
  it('is there on a machine of which nothing is known', async () => {
    const { pass } = machineOf();
    assert.equal(await pass(0, 0, 0), true);
  });

  it('is not there while other programs keep the machine busy, and comes back', async () => {
    const { pass } = machineOf();
    await pass(1, 0, 0);
    assert.equal(await pass(60_000, 0.9, 0.05), false);
    assert.equal(await pass(60_000, 0.3, 0.05), true);
  });

  it('what this process computes itself does not count', async () => {
    const { pass } = machineOf();
    await pass(1, 0, 0);
    assert.equal(await pass(60_000, 0.9, 0.5), true);
  });

  it('is not there on battery, as far as that is known', async () => {
    const { state, pass } = machineOf();
    state.battery = Promise.resolve(true);
    assert.equal(await pass(60_000, 0.1, 0), false);
    state.battery = Promise.reject(new Error('no such program'));
    assert.equal(await pass(300_000, 0.1, 0), true);
  });

  it('asks for the battery seldom, since that may start a program', async () => {
    const { state, pass } = machineOf();
    for (let second = 0; second < 20 * 60; second++) await pass(1000, 0.1, 0);
    assert.equal(state.asked, 4);
  });

  it('looks at the load more often', async () => {
    const { pass } = machineOf();
    await pass(1, 0, 0);
    assert.equal(await pass(29_000, 0.9, 0), true);
    assert.equal(await pass(1_000, 0.9, 0), false);
  });

  it('can be asked of this machine', async () => {
    const before = machine.times();
    assert.ok(before.all > before.busy && before.busy > 0 && before.own > 0);
    assert.equal(typeof (await machine.onBattery()), 'boolean');
  });
});
