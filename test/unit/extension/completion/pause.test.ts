import assert from 'node:assert/strict';
import { pause } from '../../../../extension/completion/pause.ts';

describe('a pause', () => {
  it('ends after its time', async () => {
    const started = performance.now();
    await pause(20, new AbortController().signal);
    assert.ok(performance.now() - started >= 19);
  });

  it('ends at once when aborted', async () => {
    const started = performance.now();
    const controller = new AbortController();
    const pausing = pause(5000, controller.signal);
    controller.abort();
    await pausing;
    await pause(5000, controller.signal);
    assert.ok(performance.now() - started < 1000);
  });
});
