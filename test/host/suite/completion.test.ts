import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { accept, append, closeAll, commit, openFile, openText } from './editor.ts';
import { temporaryFile } from './files.ts';

/** How long to watch for ghost text that must not come, once the model is loaded. */
const NOTHING_MS = 3_000;

const FUNCTION =
  'export function sum(values: number[]): number {\n  let total = 0;\n  for (const value of █\n  return total;\n}\n';

describe('inline completion', () => {
  afterEach(closeAll);

  it('completes an untitled document', async () => {
    const editor = await openText('typescript', FUNCTION);
    const before = editor.document.getText();
    assert.equal(editor.document.isUntitled, true);
    assert.equal(await accept(editor), true);
    const after = editor.document.getText();
    const cursor = FUNCTION.indexOf('█');
    assert.equal(after.slice(0, cursor), before.slice(0, cursor));
    assert.ok(after.endsWith('\n  return total;\n}\n'), after);
    assert.notEqual(after.slice(cursor).trim(), before.slice(cursor).trim());
  });

  it('gives the same text when its beginning is typed along', async () => {
    const editor = await openText('typescript', FUNCTION);
    const cursor = FUNCTION.indexOf('█');
    const before = editor.document.getText();
    assert.equal(await accept(editor), true);
    const accepted = editor.document.getText();
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), before);

    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    for (const character of accepted.slice(cursor, cursor + 2)) {
      await vscode.commands.executeCommand('type', { text: character });
    }
    assert.equal(await commit(editor), true);
    assert.equal(editor.document.getText(), accepted);
  });

  it('keeps CRLF line ends', async () => {
    const content = FUNCTION.replace('█', '').replaceAll('\n', '\r\n');
    const { uri, remove } = await temporaryFile('crlf.ts', content);
    try {
      const editor = await openFile(uri, FUNCTION.replaceAll('\n', '\r\n').indexOf('█'));
      assert.equal(editor.document.eol, vscode.EndOfLine.CRLF);
      assert.equal(await accept(editor), true);
      await editor.document.save();
      const saved = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString();
      assert.notEqual(saved, content);
      assert.equal(saved.replaceAll('\r\n', '').includes('\n'), false, JSON.stringify(saved));
      assert.equal(saved.replaceAll('\r\n', '').includes('\r'), false, JSON.stringify(saved));
    } finally {
      await remove();
    }
  });

  it('offers nothing in a file of secrets', async () => {
    const { uri, remove } = await temporaryFile('.env', 'FIRST_NAME=ada\nSECOND_NAME=');
    try {
      const editor = await openFile(uri, 0);
      await append(editor, '\nTHIRD_NAME=');
      assert.equal(await accept(editor, NOTHING_MS), false, editor.document.getText());
    } finally {
      await remove();
    }
  });
});
