import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../workbench/repository.ts';
import { packagedExtension } from './vsix.ts';
import { zipEntries } from './zip.ts';

/** A download of a minute on a slow line; ONNX Runtime and the bundled model are most of it. */
const LIMIT_BYTES = 60_000_000;
const BINARIES = 'extension/node_modules/onnxruntime-node/bin/napi-v6/';

describe('the package', () => {
  const archive = readFileSync(packagedExtension());
  const names = zipEntries(archive).map(({ name }) => name);

  it(`is smaller than ${LIMIT_BYTES / 1e6} MB`, () => {
    console.log(`      ${(archive.length / 1e6).toFixed(1)} MB in ${names.length} files`);
    assert.ok(archive.length < LIMIT_BYTES, `${archive.length} bytes`);
  });

  it("holds ONNX Runtime's binaries for this platform only", () => {
    const platforms = names
      .filter((name) => name.startsWith(BINARIES))
      .map((name) => name.slice(BINARIES.length).split('/').slice(0, 2).join('-'));
    assert.deepEqual([...new Set(platforms)], [`${process.platform}-${process.arch}`]);
    assert.ok(names.some((name) => name.endsWith('/onnxruntime_binding.node')));
  });

  it('holds what runs and what a user reads', () => {
    const wanted = ['out/extension.js', 'out/worker.js', 'out/library.js', 'out/cli.js', 'package.json'];
    // vsce renames what the Marketplace shows.
    const shown = ['LICENSE.txt', 'readme.md', 'changelog.md'];
    const missing = [...wanted, ...shown].filter((name) => !names.includes(`extension/${name}`));
    assert.deepEqual(missing, []);
  });

  it('holds every file of the bundled model', () => {
    const model = readdirSync(join(repository, 'engine', 'bundled')).map(
      (name) => `extension/engine/bundled/${name}`,
    );
    assert.notEqual(model.length, 0);
    assert.deepEqual(
      model.filter((name) => !names.includes(name)),
      [],
    );
  });

  it('holds no source, test or foreign file', () => {
    const known =
      /^extension\/(out\/(extension|worker|library|cli)\.js|engine\/bundled\/|media\/|node_modules\/onnxruntime-(node|common)\/|package\.json|LICENSE\.txt|readme\.md|changelog\.md)/;
    const foreign = names.filter((name) => name.startsWith('extension/') && !known.test(name));
    assert.deepEqual(foreign, []);
  });
});
