import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { writeRecitingCheckpoint } from '../../fixtures/reciting-checkpoint.ts';
import { repository } from '../workbench/repository.ts';

/** What the test model answers to every prompt. */
export const ANSWER = 'remember(this);';

/** Has the extension use a model that always gives `ANSWER`, in the suite that calls this. */
export function useRecitingModel(): void {
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mamba-complete-model-'));
    await writeRecitingCheckpoint(folder, join(repository, 'test/fixtures/tokenizer/byte-level'), ANSWER);
    await setModel(folder);
  });

  after(async () => {
    await setModel(undefined);
    await rm(folder, { recursive: true });
  });
}

export async function setModel(folder: string | undefined): Promise<void> {
  const settings = vscode.workspace.getConfiguration('mambaComplete');
  await settings.update('model', folder, vscode.ConfigurationTarget.Global);
}
