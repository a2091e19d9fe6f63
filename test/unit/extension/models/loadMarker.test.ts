import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../../../engine/process-alive.ts';
import { loadMarker } from '../../../../extension/models/loadMarker.ts';

describe('the mark of a load', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'marker-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const process = (processId: number, alive: number[] = []) =>
    loadMarker({ folder: join(folder, 'storage'), processId, isAlive: (id) => alive.includes(id) });

  it('stands if the process ended while it loaded', () => {
    process(1).begin('/a');
    assert.equal(process(2).crashed('/a'), true);
    assert.equal(process(2).crashed('/b'), false);
  });

  it('is gone after the load', () => {
    process(1).begin('/a');
    process(1).end();
    assert.equal(process(2).crashed('/a'), false);
  });

  it('means nothing while its process lives: another window loads the same model', () => {
    process(1).begin('/a');
    assert.equal(process(2, [1]).crashed('/a'), false);
  });

  it('can be forgiven', () => {
    process(1).begin('/a');
    process(2).forgive('/a');
    assert.equal(process(3).crashed('/a'), false);
  });

  it('does no harm where nothing can be written', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const marker = loadMarker({ folder: join(file, 'storage'), processId: 1, isAlive: () => false });
    marker.begin('/a');
    marker.end();
    assert.equal(marker.crashed('/a'), false);
  });

  it('knows living processes', () => {
    assert.equal(isAlive(globalThis.process.pid), true);
    assert.equal(isAlive(2 ** 30), false);
  });
});
