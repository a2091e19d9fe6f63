import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

/** A file in a folder of its own, gone after `remove`. */
export async function temporaryFile(
  name: string,
  content: string,
): Promise<{ uri: vscode.Uri; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'mamba-complete-file-'));
  const path = join(folder, name);
  await writeFile(path, content);
  return { uri: vscode.Uri.file(path), remove: () => rm(folder, { recursive: true }) };
}
