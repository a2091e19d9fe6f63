import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { report } from '../report.ts';
import { accept, append, closeAll, openText } from './editor.ts';
import { useRecitingModel } from './model.ts';

/** Above this a keystroke's handling would be felt. */
const STALL_LIMIT_MS = 20;
const COMPLETIONS = 30;

describe("the extension host's event loop", () => {
  useRecitingModel();
  after(closeAll);

  it(`is never held longer than ${STALL_LIMIT_MS} ms by ${COMPLETIONS} completions`, async function () {
    this.timeout(300_000);
    const editor = await openText('typescript', 'export function first(): number {\n  return █1;\n}\n');
    await append(editor, '\nexport function warm(value: number): number {\n  return ');
    await accept(editor); // loads the model

    const idleMs = await longestStall(async () => {
      await sleep(3_000);
    });
    let accepted = 0;
    const busyMs = await longestStall(async () => {
      for (let i = 0; i < COMPLETIONS; i++) {
        await append(editor, `\n}\n\nexport function step${i}(value: number): number {\n  return `);
        if (await accept(editor, 5_000)) accepted++;
      }
    });
    report(
      `      longest stall: ${idleMs.toFixed(1)} ms idle, ${busyMs.toFixed(1)} ms during ${COMPLETIONS} requests ` +
        `(${accepted} accepted)`,
    );
    assert.equal(accepted, COMPLETIONS);
    assert.ok(busyMs < STALL_LIMIT_MS, `${busyMs} ms`);
  });
});

/** The longest time that a 1 ms timer was late while `work` ran. */
async function longestStall(work: () => Promise<void>): Promise<number> {
  const monitor = monitorEventLoopDelay({ resolution: 1 });
  monitor.enable();
  await work();
  monitor.disable();
  return monitor.max / 1e6;
}
