import assert from 'node:assert/strict';
import type { OpenEditor } from './editor.ts';
import { PackagedWorkbench } from './packagedWorkbench.ts';

/** How long to look for ghost text behind each text typed; the first also waits for the model to load. */
const LOOK_MS = 10_000;

/** Lines that any useful model completes, in a file whose own lines show how they go on. */
const TYPED = [
  '\nfunction addAll(total, values) {\nfor (const value ',
  '\nrunner.once(EVENT_RUN_BEGIN, function () {\nstats.start ',
  '\nconst first = new ',
  '\nstats.passes ',
];

describe('the bundled model in a browser', () => {
  let workbench: PackagedWorkbench | undefined;
  let editor: OpenEditor | undefined;

  before(async () => {
    workbench = await PackagedWorkbench.start({});
  });

  after(async () => {
    await editor?.close();
    await workbench?.stop();
  });

  it('offers text while a real file is being written, which Tab inserts', async () => {
    assert.ok(workbench);
    editor = await workbench.open('stats.js');
    let ghost: string | undefined;
    for (const typed of TYPED) {
      await editor.press('Control+End');
      await editor.type(typed);
      ghost = await editor.ghostTextWithin(LOOK_MS);
      if (ghost !== undefined) break;
    }
    await editor.screenshot('the bundled model');
    assert.ok(ghost !== undefined, 'nothing was offered behind any of the texts');
    console.log(`      ghost text: ${JSON.stringify(ghost)}`);
    const before = await editor.savedText();
    await editor.press('Tab');
    await editor.ghostTextGone();
    const after = await editor.savedText();
    await editor.screenshot('the bundled model accepted');
    assert.ok(after.length > before.length);
    assert.ok(after.slice(sameStart(before, after)).startsWith(ghost), after.slice(sameStart(before, after)));
  });
});

/** How many characters two texts share at their start. */
function sameStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
