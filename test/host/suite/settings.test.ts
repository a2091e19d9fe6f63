import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { declaredSettings } from '../workbench/repository.ts';

describe('settings', () => {
  it('are declared', () => {
    assert.notEqual(declaredSettings().length, 0);
  });

  for (const [name, value] of declaredSettings()) {
    it(`${name} has its declared default`, () => {
      const found = vscode.workspace.getConfiguration().inspect(name);
      assert.deepEqual(found?.defaultValue, value);
      assert.deepEqual(vscode.workspace.getConfiguration().get(name), value);
    });
  }
});
