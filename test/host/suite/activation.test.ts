import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extensionId } from '../workbench/repository.ts';

describe('activation', () => {
  it('activates', async () => {
    const extension = vscode.extensions.getExtension(extensionId);
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
