import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { accept, append, closeAll, commit, openFile, openText } from './editor.ts';
import { temporaryFile } from './files.ts';
import { ANSWER, useRecitingModel } from './model.ts';

/** How long to watch for ghost text that must not come, once the model is loaded. */
const NOTHING_MS = 3_000;

const FUNCTION =
  'export function sum(values: number[]): number {\n  let total = 0;\n  █\n  return total;\n}\n';
const COMPLETED = FUNCTION.replace('█', ANSWER);

describe('inline completion', () => {
  useRecitingModel();
  afterEach(closeAll);

  it('completes an untitled document', async () => {
    const editor = await openText('typescript', FUNCTION);
    assert.equal(editor.document.isUntitled, true);
    assert.equal(await accept(editor), true);
    assert.equal(editor.document.getText(), COMPLETED);
  });

  it('completes Python', async () => {
    const editor = await openText('python', 'def f(values):\n    █\n');
    assert.equal(await accept(editor), true);
    assert.equal(editor.document.getText(), `def f(values):\n    ${ANSWER}\n`);
  });

  it('gives the same text when its beginning is typed along', async () => {
    const editor = await openText('typescript', FUNCTION);
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    for (const character of ANSWER.slice(0, 4)) {
      await vscode.commands.executeCommand('type', { text: character });
    }
    assert.equal(await commit(editor), true);
    assert.equal(editor.document.getText(), COMPLETED);
  });

  it('keeps CRLF line ends', async () => {
    const crlf = FUNCTION.replaceAll('\n', '\r\n');
    const { uri, remove } = await temporaryFile('crlf.ts', crlf.replace('█', ''));
    try {
      const editor = await openFile(uri, crlf.indexOf('█'));
      assert.equal(editor.document.eol, vscode.EndOfLine.CRLF);
      assert.equal(await accept(editor), true);
      await editor.document.save();
      const saved = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString();
      assert.equal(saved, COMPLETED.replaceAll('\n', '\r\n'));
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
