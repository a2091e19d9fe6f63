import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { closeAll } from './editor.ts';
import { loggedAfter } from './log.ts';
import { useRecitingModel } from './model.ts';

describe('measuring the model', () => {
  useRecitingModel();
  after(closeAll);

  it("compares prompt formats on the workspace's files, and shows a page", async () => {
    const [line = ''] = await loggedAfter(/^measured /, () =>
      vscode.commands.executeCommand('mambaComplete.measureModel'),
    );
    assert.match(line, /"mamba-complete"/);
    assert.match(line, /"continuation"/);
    let labels: string[] = [];
    for (let turn = 0; turn < 200 && !labels.some((label) => label.includes('Measurement')); turn++) {
      await sleep(50);
      labels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    }
    assert.ok(
      labels.some((label) => label.includes('Measurement')),
      labels.join(', '),
    );
  });

  it('the usual format can be had back, and the engine works on', async () => {
    await loggedAfter(/is ready after/, async () => {
      await vscode.commands.executeCommand('mambaComplete.forgetMeasurement');
      await vscode.commands.executeCommand('mambaComplete.restart');
    });
  });
});
