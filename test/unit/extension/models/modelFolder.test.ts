import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { modelFolder } from '../../../../extension/models/modelFolder.ts';

describe('the model folder', () => {
  it('is the bundled one if none is set', () => {
    assert.deepEqual(modelFolder('', '/bundled'), { kind: 'bundled', path: '/bundled' });
  });

  it('is an absolute path as it is', () => {
    const path = resolve('/models/a');
    assert.deepEqual(modelFolder(path, '/bundled'), { kind: 'chosen', path });
  });

  it('may start at home', () => {
    assert.deepEqual(modelFolder('~/a', '/bundled'), { kind: 'chosen', path: join(homedir(), 'a') });
  });

  it('is not guessed from a relative path', () => {
    assert.deepEqual(modelFolder('models/a', '/bundled'), { kind: 'relative', path: 'models/a' });
  });
});
