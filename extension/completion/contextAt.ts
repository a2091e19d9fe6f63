import * as vscode from 'vscode';
import type { CompletionContext } from '../../engine/index.ts';
import { completionContext } from './context.ts';
import { documentView } from './documentView.ts';
import { notebookView } from './notebookView.ts';
import { pathInWorkspace } from './situation.ts';

/** The text around a place of a document; of a notebook's cell, with the notebook's other cells. */
export function contextAt(document: vscode.TextDocument, position: vscode.Position): CompletionContext {
  const origin = { path: pathInWorkspace(document.uri), languageId: document.languageId };
  const cells = cellsAround(document);
  const joined = cells === undefined ? undefined : notebookView(cells, document, position);
  const { view, place } = joined ?? { view: documentView(document), place: position };
  return completionContext(view, place, origin);
}

function cellsAround(document: vscode.TextDocument): vscode.NotebookCell[] | undefined {
  if (document.uri.scheme !== 'vscode-notebook-cell') return undefined;
  for (const notebook of vscode.workspace.notebookDocuments) {
    const cells = notebook.getCells();
    if (cells.some((cell) => cell.document === document))
      return cells.filter((cell) => cell.kind === vscode.NotebookCellKind.Code);
  }
  return undefined;
}
