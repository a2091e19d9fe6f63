import { posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Engine } from '../../engine/index.ts';
import { readUpTo } from '../readUpTo.ts';
import {
  chosenFiles,
  FOREIGN_PATTERN,
  isProjectSource,
  isWritten,
  MAX_FILE_BYTES,
  MAX_FILES,
  SOURCE_PATTERN,
} from './projectSources.ts';
import { GitIgnored, type GitFiles } from './gitIgnored.ts';
import { isSecret } from './secrets.ts';
import { userGitRules } from './userGitRules.ts';

/** Between two files, so that neither this thread nor the disk is kept busy. Milliseconds. */
const PAUSE_MS = 4;
/** Changes of one file that come so close together are read once. Milliseconds. */
const CHANGES_MS = 250;
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
  /** As of the last beginning. */
  private ignored = gitIgnored();
  /** Counts beginnings: an older one ends. */
  private turn = 0;
  /** What the engine has the text of. */
  private readonly told = new Set<string>();
  /** What is being read, and whether it has changed since that began. */
  private readonly reading = new Map<string, 'unchanged' | 'changed'>();

  constructor(private readonly parts: ProjectFilesParts) {
    const changed = (uri: vscode.Uri): void => {
      if (isIgnoreFile(uri)) void this.begin();
      else if (this.isSource(uri)) void this.send(uri);
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
    this.ignored = gitIgnored();
    for (const name of [...this.told]) {
      const isWanted = await this.isWanted(vscode.Uri.parse(name));
      if (turn !== this.turn) return;
      if (!isWanted) this.forget(name);
    }
    const uris = await vscode.workspace.findFiles(SOURCE_PATTERN, FOREIGN_PATTERN, LOOKED_AT);
    const files = [];
    for (const uri of uris) {
      const isWanted = await this.isWanted(uri);
      if (turn !== this.turn) return;
      if (!isWanted) continue;
      const { size, mtime } = await stat(uri);
      files.push({ path: pathOf(uri), uri, bytes: size, changed: mtime });
    }
    for (const { uri } of chosenFiles(files)) {
      await sleep(PAUSE_MS);
      if (turn !== this.turn) return;
      await this.send(uri);
    }
  }

  /** The user has left a document, or saved it. */
  left(document: vscode.TextDocument): void {
    void this.tell(document.uri, document.getText());
  }

  dispose(): void {
    this.turn++;
    this.reading.clear();
    this.listening.dispose();
  }

  /** By its name, and as far as the settings go. */
  private isSource(uri: vscode.Uri): boolean {
    if (!this.parts.isOn() || this.parts.engine() === undefined) return false;
    const path = pathOf(uri);
    // The workspace may lie in a folder of secrets, or in one that is called `build`.
    return path !== '' && isProjectSource(path) && !isSecret(uri.path);
  }

  private async isWanted(uri: vscode.Uri): Promise<boolean> {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    return folder !== undefined && this.isSource(uri) && !(await this.ignored(folder, uri));
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
    // What must not be told is not even read.
    if (!(await this.isWanted(uri))) {
      this.forget(name);
      return;
    }
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === name);
    try {
      const text = open?.getText() ?? this.decoder.decode(await readUpTo(uri, MAX_FILE_BYTES));
      await this.tell(uri, text);
    } catch {
      // Gone meanwhile, or not readable: then it is no file to learn from.
      this.forget(name);
    }
  }

  private async tell(uri: vscode.Uri, text: string): Promise<void> {
    const name = uri.toString();
    const { ignored } = this;
    const isTold = isWritten(text) && (await this.isWanted(uri));
    // A .gitignore may name it since.
    if (ignored !== this.ignored) return this.tell(uri, text);
    if (!isTold) {
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

/** Whether Git ignores a file, by rules that are read from now on. */
function gitIgnored(): (folder: vscode.WorkspaceFolder, uri: vscode.Uri) => Promise<boolean> {
  const byRoot = new Map<string, GitIgnored>();
  let read: Promise<string> | undefined;
  const userRules = (): Promise<string> => (read ??= userGitRules());
  return (folder, uri) => {
    const root = folder.uri.with({ path: '/' });
    const ignored = byRoot.get(root.toString()) ?? new GitIgnored(filesOf(root), userRules);
    byRoot.set(root.toString(), ignored);
    return ignored.has(uri.path, folder.uri.path);
  };
}

/** The file system that a workspace folder is in. */
function filesOf(root: vscode.Uri): GitFiles {
  const { fs } = vscode.workspace;
  return {
    read: async (path) => {
      try {
        return new TextDecoder().decode(await fs.readFile(root.with({ path })));
      } catch (error) {
        // In a worktree, .git is a file.
        if (error instanceof vscode.FileSystemError && NOT_THERE.has(error.code)) return undefined;
        throw error;
      }
    },
    exists: (path) =>
      Promise.resolve(fs.stat(root.with({ path }))).then(
        () => true,
        () => false,
      ),
  };
}

const NOT_THERE = new Set(['FileNotFound', 'FileNotADirectory']);
