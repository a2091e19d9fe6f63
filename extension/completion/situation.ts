import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { EnabledLanguages } from '../settings.ts';
import type { Situation } from './trigger.ts';

/** What the editor knows about a place, for the decision whether to offer anything there. */
export function situation(
  document: vscode.TextDocument,
  position: vscode.Position,
  automatic: boolean,
  enable: EnabledLanguages,
): Situation {
  const active = vscode.window.activeTextEditor;
  const editor =
    active?.document === document
      ? active
      : vscode.window.visibleTextEditors.find((visible) => visible.document === document);
  const line = document.lineAt(position.line).text;
  return {
    enable,
    languageId: document.languageId,
    scheme: document.uri.scheme,
    path: document.uri.path,
    writable: vscode.workspace.fs.isWritableFileSystem(document.uri.scheme),
    automatic,
    cursors: editor?.selections.length ?? 1,
    selectionIsEmpty: editor?.selection.isEmpty ?? true,
    linePrefix: line.slice(0, position.character),
    lineSuffix: line.slice(position.character),
  };
}

/** Path inside the workspace; outside of one, where folders may name people and customers, the file's name alone. */
export function pathInWorkspace(uri: vscode.Uri): string {
  if (uri.scheme === 'untitled') return '';
  if (vscode.workspace.getWorkspaceFolder(uri) === undefined) return posix.basename(uri.path);
  return vscode.workspace.asRelativePath(uri, false);
}
