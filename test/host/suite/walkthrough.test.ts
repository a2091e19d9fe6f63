import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, commit } from './editor.ts';
import { ANSWER, useRecitingModel } from './model.ts';

describe('the walkthrough', () => {
  useRecitingModel();
  after(closeAll);

  it('leads to a suggestion', async () => {
    await vscode.commands.executeCommand('mambaComplete.openSample');
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.languageId, 'typescript');
    assert.equal(await commit(editor), true);
    assert.ok(editor.document.getText().includes(`return${ANSWER}\n}`), editor.document.getText());
  });
});
