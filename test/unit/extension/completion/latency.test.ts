import assert from 'node:assert/strict';
import { Latency } from '../../../../extension/completion/latency.ts';

describe('the wait before a run', () => {
  it('is short before anything is known', () => {
    assert.equal(new Latency().debounce(-1), 5);
  });

  it('grows with the measured time of runs, up to a limit', () => {
    const latency = new Latency();
    latency.measured(100);
    assert.equal(latency.debounce(-1), 30);
    for (let run = 0; run < 20; run++) latency.measured(3000);
    assert.equal(latency.debounce(-1), 80);
  });

  it('forgets a single slow run', () => {
    const latency = new Latency();
    latency.measured(40);
    latency.measured(400);
    for (let run = 0; run < 20; run++) latency.measured(40);
    assert.equal(latency.debounce(-1), 12);
  });

  it('is what is configured', () => {
    const latency = new Latency();
    latency.measured(1000);
    assert.equal(latency.debounce(0), 0);
    assert.equal(latency.debounce(250), 250);
  });
});
