import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { report } from '../report.ts';
import { accept, append, closeAll, openText } from './editor.ts';
import { useRecitingModel } from './model.ts';
import { type Stalls, stallsDuring } from './stalls.ts';

/** Above this a keystroke's handling would be felt. */
const LIMIT_MS = 20;
const COMPLETIONS = 30;
/** Lines of the document. */
const LINES = 5_000;
/** Turns that may compute longer: garbage collection. Work of ours would show in each of the completions. */
const LONG_TURNS = 2;
/** Of the completions, how many the scheduler of a busy machine may pause. */
const PAUSED_SHARE = 0.8;

describe("the extension host's event loop", () => {
  useRecitingModel();
  after(closeAll);

  it(`is not held for ${LIMIT_MS} ms by any of ${COMPLETIONS} completions`, async function () {
    this.timeout(300_000);
    const above = 'export const value = compute(1, 2);\n'.repeat(LINES);
    const editor = await openText(
      'typescript',
      `${above}export function first(value: number): number {\n  return █`,
    );
    assert.equal(await accept(editor), true); // loads the model

    const start = performance.now();
    const busy = await stallsDuring(LIMIT_MS, async () => {
      for (let i = 0; i < COMPLETIONS; i++) {
        await append(editor, `\n}\n\nexport function step${i}(value: number): number {\n  return `);
        assert.equal(await accept(editor), true);
      }
    });
    const tookMs = performance.now() - start;
    const idle = await stallsDuring(LIMIT_MS, async () => {
      await sleep(tookMs);
    });
    report(`      ${tookMs.toFixed(0)} ms idle:           ${describeStalls(idle)}`);
    report(`      ${tookMs.toFixed(0)} ms of completions: ${describeStalls(busy)}`);
    const longTurns = busy.cpuCount - idle.cpuCount;
    assert.ok(
      longTurns <= LONG_TURNS,
      `${longTurns} more turns than when idle computed ${LIMIT_MS} ms or more`,
    );
    const pauses = busy.heldCount - idle.heldCount;
    assert.ok(pauses < COMPLETIONS * PAUSED_SHARE, `${pauses} more pauses of ${LIMIT_MS} ms than when idle`);
  });
});

function describeStalls({ longestMs, count, heldCount, longestCpuMs }: Stalls): string {
  const cpu = longestCpuMs === undefined ? '' : `, most computing in one turn ${longestCpuMs.toFixed(1)} ms`;
  return `longest stall ${longestMs.toFixed(1)} ms, ${count} of ${LIMIT_MS} ms or more, ${heldCount} without the wait for a core${cpu}`;
}
