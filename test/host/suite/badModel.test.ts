import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { closeAll, openText } from './editor.ts';
import { setModel } from './model.ts';

const MESSAGE_TIMEOUT_MS = 30_000;
const MISSING = '/nowhere/no-such-model';

describe('a model that is not there', () => {
  const { showErrorMessage } = vscode.window;
  let messages: string[] = [];

  before(() => {
    messages = [];
    const recorded = (message: string): Thenable<undefined> => {
      messages.push(message);
      return Promise.resolve(undefined);
    };
    Object.assign(vscode.window, { showErrorMessage: recorded });
  });

  after(async () => {
    Object.assign(vscode.window, { showErrorMessage });
    await setModel(undefined);
    await closeAll();
  });

  it('is named in one error message, and the editor goes on', async () => {
    await setModel(MISSING);
    const editor = await openText('typescript', 'const answer = █\n');
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await untilMessage();
    assert.equal(messages.length, 1, messages.join('\n'));
    assert.ok(messages[0]?.includes(MISSING), messages[0]);

    await vscode.commands.executeCommand('type', { text: '4' });
    await vscode.commands.executeCommand('type', { text: '2' });
    assert.equal(editor.document.getText(), 'const answer = 42\n');
  });

  async function untilMessage(): Promise<void> {
    const end = Date.now() + MESSAGE_TIMEOUT_MS;
    while (messages.length === 0 && Date.now() < end) await sleep(50);
  }
});
