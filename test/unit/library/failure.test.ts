import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { fullDisk as whileDownloading } from '../../../engine/library/hub/free-space.ts';
import { failureOf } from '../../../engine/library/worker/failure.ts';
import { checkFreeSpace, fullDisk as whileConverting } from '../../../engine/weights/free-space.ts';
import { randomConfig } from '../../fixtures/random-checkpoint.ts';

describe('library: a failure as it leaves the worker', () => {
  const noSpace = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

  it('is a full disk, whoever has found it: the download, the conversion, or its look before', async () => {
    const file = 'model.safetensors';
    const length = 2 ** 60;
    const tensor = { path: file, type: 'F32' as const, shape: [length / 4], offset: 0, length };
    const checkpoint = {
      folder: tmpdir(),
      config: randomConfig(),
      named: new Set<string>(),
      files: [file],
      tensors: new Map([['backbone.norm_f.weight', tensor]]),
    };
    const early = await checkFreeSpace({ checkpoint, folder: tmpdir() }, { bits: 4, block: 64 }).catch(
      (error: unknown) => error,
    );
    for (const error of [noSpace, whileDownloading('x', noSpace), whileConverting('x', noSpace), early])
      assert.equal(failureOf(error).kind, 'full-disk', String(error));
  });
});
