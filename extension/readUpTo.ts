import * as vscode from 'vscode';

/**
 * A file's bytes; none of one that is larger than `most` bytes, which is not read.
 * @throws vscode.FileSystemError if it is gone or may not be read
 */
export async function readUpTo(uri: vscode.Uri, most: number): Promise<Uint8Array> {
  const { size } = await vscode.workspace.fs.stat(uri);
  return size > most ? new Uint8Array(0) : vscode.workspace.fs.readFile(uri);
}
