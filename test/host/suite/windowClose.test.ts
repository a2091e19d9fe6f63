import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { report } from '../report.ts';
import { repository } from '../workbench/repository.ts';
import { accept, openText } from './editor.ts';
import { loggedAfter } from './log.ts';
import { setModel } from './model.ts';

/** VS Code ends the process after five seconds. */
const LIMIT_MS = 5_000;
/** Until the request has reached the worker: the shortest wait for another key is shorter. */
const UNDER_WAY_MS = 20;

// By its name this suite is the last: afterwards the extension does nothing any more.
describe('closing the window', () => {
  it(`in the middle of a request ends it, and takes less than ${LIMIT_MS} ms`, async () => {
    await setModel(undefined);
    assert.equal(await accept(await openText('typescript', 'const answer = █\n')), true); // loads the model
    const long = Array.from(
      { length: 400 },
      (_, at) => `let value${at} = compute(${at * 7}, "${at * 13}");\n`,
    );
    await openText('typescript', `${long.join('')}const answer = █\n`);

    const running = require.cache[join(repository, 'out', 'extension.js')]?.exports as
      { deactivate: () => Promise<void> } | undefined;
    assert.ok(running, 'the extension runs from elsewhere');
    let tookMs = 0;
    await loggedAfter(/^nothing offered: the engine was closed/, async () => {
      void vscode.commands.executeCommand('editor.action.inlineSuggest.trigger'); // It waits for the answer.
      await sleep(UNDER_WAY_MS);
      const start = performance.now();
      await running.deactivate();
      tookMs = performance.now() - start;
    });
    report(`      closed in ${tookMs.toFixed(0)} ms`);
    assert.ok(tookMs < LIMIT_MS, `${tookMs} ms`);
  });
});
