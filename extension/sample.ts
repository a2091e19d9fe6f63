import * as vscode from 'vscode';

const BEFORE = `interface Point {
  x: number;
  y: number;
}

function add(a: Point, b: Point): Point {
  return { x: a.x + b.x, y: a.y + b.y };
}

function subtract(a: Point, b: Point): Point {
  return`;
const AFTER = '\n}\n';

/** Opens a few lines of TypeScript with the cursor where something is to be suggested, and asks for it. */
export async function openSample(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({
    language: 'typescript',
    content: BEFORE + AFTER,
  });
  const cursor = document.positionAt(BEFORE.length);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(cursor, cursor) });
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
}
