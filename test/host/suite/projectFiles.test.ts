import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Engine } from '../../../engine/index.ts';
import { ProjectFiles } from '../../../extension/completion/projectFiles.ts';

/** The editor tells of changed files after a while. */
const PATIENCE_MS = 20_000;

describe('the files of the project', () => {
  const known = new Map<string, string>();
  const engine = {
    file: (name: string, text: string | undefined) => {
      if (text === undefined) known.delete(name);
      else known.set(name, text);
    },
  } as Engine;
  const inWorkspace = (path: string): vscode.Uri => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    return vscode.Uri.joinPath(folder.uri, path);
  };
  const write = (path: string, text: string): Thenable<void> =>
    vscode.workspace.fs.writeFile(inWorkspace(path), Buffer.from(text));
  const isKnown = (path: string): boolean => known.has(inWorkspace(path).toString());
  /** Waits until a file is known, or is not. */
  const becomes = async (path: string, wanted: boolean): Promise<void> => {
    const end = Date.now() + PATIENCE_MS;
    while (isKnown(path) !== wanted) {
      assert.ok(Date.now() < end, `${path} is ${wanted ? 'not known' : 'still known'}`);
      await sleep(50);
    }
  };
  const says = async (path: string, part: string): Promise<void> => {
    const end = Date.now() + PATIENCE_MS;
    while (known.get(inWorkspace(path).toString())?.includes(part) !== true) {
      assert.ok(Date.now() < end, `${path} is not known with ${part}`);
      await sleep(50);
    }
  };
  let files: ProjectFiles;

  before(async () => {
    await write('src/mine.ts', 'export const mine = 1;\n');
    await write('src/passing.ts', 'export const passing = 1;\n');
    await write('src/passing/too.ts', 'export const too = 1;\n');
    files = new ProjectFiles({ engine: () => engine, isOn: () => true });
    await files.begin();
  });
  after(async () => {
    files.dispose();
    await vscode.workspace.fs.delete(inWorkspace('src/mine.ts'));
  });

  it('are known at once, and as they change', async () => {
    assert.equal(isKnown('src/mine.ts'), true);
    await write('src/mine.ts', 'export const mine = 2;\n');
    await says('src/mine.ts', '2');
  });

  it('are known as they are in the end, however fast they change', async () => {
    for (let at = 100; at <= 120; at++) await write('src/mine.ts', `export const mine = ${at};\n`);
    await says('src/mine.ts', '120');
  });

  it('are forgotten when they grow larger than what is written by hand', async () => {
    await write('src/mine.ts', 'export const mine = 1;\n'.repeat(10_000));
    await becomes('src/mine.ts', false);
    await write('src/mine.ts', 'export const mine = 3;\n');
    await says('src/mine.ts', '3');
  });

  for (const [what, deleted, file] of [
    ['they', 'src/passing.ts', 'src/passing.ts'],
    ['their folders', 'src/passing', 'src/passing/too.ts'],
  ] as const) {
    it(`are forgotten when ${what} are deleted`, async () => {
      await becomes(file, true);
      await vscode.workspace.fs.delete(inWorkspace(deleted), { recursive: true });
      await becomes(file, false);
    });
  }

  it('are forgotten as soon as .gitignore names them, and known again when it does not', async () => {
    await write('src/.gitignore', 'mine.ts\n');
    await becomes('src/mine.ts', false);
    await vscode.workspace.fs.delete(inWorkspace('src/.gitignore'));
    await becomes('src/mine.ts', true);
  });
});
