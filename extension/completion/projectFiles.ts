import { posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Engine } from '../../engine/index.ts';
import { readUpTo } from '../readUpTo.ts';
import {
  chosenFiles,
  FOREIGN_PATTERN,
  ignoredBy,
  isProjectSource,
  isWritten,
  MAX_FILE_BYTES,
  MAX_FILES,
} from './projectSources.ts';
import { isSecret } from './secrets.ts';

/** Between two files, so that neither this thread nor the disk is kept busy. Milliseconds. */
const PAUSE_MS = 4;
/** Changes of one file that come so close together are read once. Milliseconds. */
const CHANGES_MS = 250;
const MAX_IGNORE_FILES = 200;
/** As many files are looked at before the newest are chosen. */
const LOOKED_AT = 4 * MAX_FILES;

export interface ProjectFilesParts {
  engine(): Engine | undefined;
  isOn(): boolean;
}

/** Tells the engine what the workspace's source files say: all of them once, slowly, and each again when it changes. */
export class ProjectFiles {
  private readonly decoder = new TextDecoder();
  private readonly watcher = vscode.workspace.createFileSystemWatcher('**/*');
  private readonly listening: vscode.Disposable;
  /** Nothing may be read before the .gitignore files are. */
  private ignored: (uri: vscode.Uri) => boolean = () => true;
  /** Counts beginnings: an older one ends. */
  private turn = 0;
  /** What the engine has the text of. */
  private readonly told = new Set<string>();
  /** What is being read, and whether it has changed since that began. */
  private readonly reading = new Map<string, 'unchanged' | 'changed'>();

  constructor(private readonly parts: ProjectFilesParts) {
    const changed = (uri: vscode.Uri): void => {
      if (isIgnoreFile(uri)) void this.begin();
      else if (this.isWanted(uri)) void this.send(uri);
    };
    this.listening = vscode.Disposable.from(
      this.watcher,
      this.watcher.onDidCreate(changed),
      this.watcher.onDidChange(changed),
      this.watcher.onDidDelete((uri) => {
        if (isIgnoreFile(uri)) void this.begin();
        // Of a folder with all that is in it, only the folder's own deletion is told.
        for (const name of this.told)
          if (name === uri.toString() || name.startsWith(`${uri.toString()}/`)) this.forget(name);
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.begin()),
    );
  }

  /** An engine that knows nothing yet has opened, or other files may be read than before. */
  async begin(): Promise<void> {
    const turn = ++this.turn;
    if (!this.parts.isOn() || this.parts.engine() === undefined) return;
    const ignored = await readIgnored();
    if (turn !== this.turn) return;
    this.ignored = ignored;
    for (const name of this.told) if (!this.isWanted(vscode.Uri.parse(name))) this.forget(name);
    const uris = await vscode.workspace.findFiles('**/*', FOREIGN_PATTERN, LOOKED_AT);
    const files = [];
    for (const uri of uris.filter((one) => this.isWanted(one))) {
      const { size, mtime } = await stat(uri);
      files.push({ path: pathOf(uri), uri, bytes: size, changed: mtime });
      if (turn !== this.turn) return;
    }
    for (const { uri } of chosenFiles(files)) {
      await sleep(PAUSE_MS);
      if (turn !== this.turn) return;
      await this.send(uri);
    }
  }

  /** The user has left a document, or saved it. */
  left(document: vscode.TextDocument): void {
    this.tell(document.uri, document.getText());
  }

  dispose(): void {
    this.turn++;
    this.reading.clear();
    this.listening.dispose();
  }

  private isWanted(uri: vscode.Uri): boolean {
    if (!this.parts.isOn() || this.parts.engine() === undefined) return false;
    const path = pathOf(uri);
    // The workspace may lie in a folder of secrets, or in one that is called `build`.
    return path !== '' && isProjectSource(path) && !isSecret(uri.path) && !this.ignored(uri);
  }

  /** Reads a file, which is done when it has been read once; one that is being read already is read again after that. */
  private async send(uri: vscode.Uri): Promise<void> {
    const name = uri.toString();
    const isBeingRead = this.reading.has(name);
    this.reading.set(name, isBeingRead ? 'changed' : 'unchanged');
    if (isBeingRead) return;
    await this.read(uri);
    void this.readChanges(uri);
  }

  private async readChanges(uri: vscode.Uri): Promise<void> {
    const name = uri.toString();
    while (this.reading.get(name) === 'changed') {
      await sleep(CHANGES_MS);
      if (!this.reading.has(name)) return;
      this.reading.set(name, 'unchanged');
      await this.read(uri);
    }
    this.reading.delete(name);
  }

  private async read(uri: vscode.Uri): Promise<void> {
    const name = uri.toString();
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === name);
    try {
      const text = open?.getText() ?? this.decoder.decode(await readUpTo(uri, MAX_FILE_BYTES));
      this.tell(uri, text);
    } catch {
      // Gone meanwhile, or not readable: then it is no file to learn from.
      this.forget(name);
    }
  }

  private tell(uri: vscode.Uri, text: string): void {
    const name = uri.toString();
    // While it was read, a .gitignore may have named it.
    if (!this.isWanted(uri) || !isWritten(text)) {
      this.forget(name);
      return;
    }
    this.told.add(name);
    this.parts.engine()?.file(name, text);
  }

  private forget(name: string): void {
    if (this.told.delete(name)) this.parts.engine()?.file(name, undefined);
  }
}

const isIgnoreFile = (uri: vscode.Uri): boolean => posix.basename(uri.path) === '.gitignore';

async function stat(uri: vscode.Uri): Promise<{ size: number; mtime: number }> {
  return vscode.workspace.fs.stat(uri).then(
    (found) => found,
    () => ({ size: 0, mtime: 0 }),
  );
}

/** Inside its workspace folder; empty outside of all. */
function pathOf(uri: vscode.Uri): string {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  return folder === undefined ? '' : posix.relative(folder.uri.path, uri.path);
}

/** What the .gitignore files of all workspace folders ignore. */
async function readIgnored(): Promise<(uri: vscode.Uri) => boolean> {
  const uris = await vscode.workspace.findFiles('**/.gitignore', FOREIGN_PATTERN, MAX_IGNORE_FILES);
  const decoder = new TextDecoder();
  const byFolder = new Map<string, { folder: string; text: string }[]>();
  for (const uri of uris) {
    const root = vscode.workspace.getWorkspaceFolder(uri)?.uri.toString() ?? '';
    const bytes = await vscode.workspace.fs.readFile(uri).then(
      (found) => found,
      () => new Uint8Array(0),
    );
    const folder = posix.dirname(pathOf(uri));
    const file = { folder: folder === '.' ? '' : folder, text: decoder.decode(bytes) };
    byFolder.set(root, [...(byFolder.get(root) ?? []), file]);
  }
  const rules = new Map([...byFolder].map(([root, files]) => [root, ignoredBy(files)]));
  return (uri) =>
    rules.get(vscode.workspace.getWorkspaceFolder(uri)?.uri.toString() ?? '')?.(pathOf(uri)) ?? false;
}
