import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import * as vscode from 'vscode';
import { report } from '../report.ts';
import { extensionId, manifest } from '../workbench/repository.ts';
import { queuedMs } from './stalls.ts';

/** Activation is building and registering; anything slower would be felt when the editor starts. */
const ACTIVATION_LIMIT_MS = 150;

describe('activation', () => {
  const extension = vscode.extensions.getExtension(extensionId);

  it(`takes less than ${ACTIVATION_LIMIT_MS} ms and loads no ONNX Runtime into the extension host's thread`, async () => {
    assert.ok(extension, `${extensionId} is not installed`);
    assert.equal(extension.isActive, false, 'too late to measure: something activated it before this test');
    const [start, queuedBefore] = [performance.now(), queuedMs()];
    await extension.activate();
    const wallMs = performance.now() - start;
    // The editor is starting: what the thread waited for a core is not its work.
    const tookMs = wallMs - (queuedMs() - queuedBefore);
    report(`      activated in ${wallMs.toFixed(1)} ms, ${tookMs.toFixed(1)} without the wait for a core`);
    assert.equal(extension.isActive, true);
    assert.ok(tookMs < ACTIVATION_LIMIT_MS, `${tookMs} ms`);
    assert.deepEqual(
      Object.keys(require.cache).filter((path) => path.includes('onnxruntime')),
      [],
    );
  });

  it('registers exactly the commands of package.json', async () => {
    const registered = (await vscode.commands.getCommands(true)).filter((id) =>
      id.startsWith('mambaComplete.'),
    );
    const declared = (manifest.contributes?.commands ?? []).map(({ command }) => command);
    assert.notEqual(declared.length, 0);
    assert.deepEqual(registered.sort(), declared.sort());
  });
});
