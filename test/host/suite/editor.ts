import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';

/** The first answer includes loading the model; a busy machine takes its time. */
const ANSWER_TIMEOUT_MS = 30_000;
const MOST_TRIES = 10;

/** Opens text with the cursor at `█`, in an untitled document of that language. */
export async function openText(languageId: string, picture: string): Promise<vscode.TextEditor> {
  const content = picture.replace('█', '');
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const document = await vscode.workspace.openTextDocument({ language: languageId, content });
    const editor = await showAt(document, picture.indexOf('█'));
    // The name of an untitled document is given again while the editor still closes the last one of that name, with its text.
    if (editor.document.getText() === content) return editor;
    await closeAll();
    await sleep(100);
  }
  throw new Error(`The editor opens other documents than "${content}"`);
}

/** Opens a file of the sample project with the cursor at `offset`. */
export async function openFile(uri: vscode.Uri, offset: number): Promise<vscode.TextEditor> {
  return showAt(await vscode.workspace.openTextDocument(uri), offset);
}

/** Closes all editors without asking whether to save. */
export async function closeAll(): Promise<void> {
  while (vscode.window.activeTextEditor !== undefined) {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
}

/** Adds text at the document's end and puts the cursor behind it. */
export async function append(editor: vscode.TextEditor, text: string): Promise<void> {
  const end = editor.document.positionAt(editor.document.getText().length);
  await editor.edit((edit) => {
    edit.insert(end, text);
  });
  const cursor = editor.document.positionAt(editor.document.getText().length);
  editor.selection = new vscode.Selection(cursor, cursor);
}

/** Asks for ghost text and accepts it as Tab does; false where none came in time. */
export async function accept(editor: vscode.TextEditor, timeoutMs = ANSWER_TIMEOUT_MS): Promise<boolean> {
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  return commit(editor, timeoutMs);
}

/** Accepts the ghost text that shows, or the next that does. The editor ignores the command while none shows. */
export async function commit(editor: vscode.TextEditor, timeoutMs = ANSWER_TIMEOUT_MS): Promise<boolean> {
  const { version } = editor.document;
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
    if (editor.document.version !== version) return true;
    await sleep(25);
  }
  return false;
}

async function showAt(document: vscode.TextDocument, offset: number): Promise<vscode.TextEditor> {
  const position = document.positionAt(offset);
  return vscode.window.showTextDocument(document, { selection: new vscode.Range(position, position) });
}
