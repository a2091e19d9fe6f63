import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeRecitingCheckpoint } from '../../fixtures/reciting-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { runCli } from './run-cli.ts';

describe('command line: fit-mixing', () => {
  const root = temporaryFolder();
  const model = join(root, 'model');
  before(async () => {
    await writeRecitingCheckpoint(model, 'test/fixtures/tokenizer/byte-level', 'nothing of this;');
    for (const project of ['one', 'two']) {
      mkdirSync(join(root, project));
      const text = 'const value = compute(first, second);\n\n}\n'.repeat(20);
      for (const name of ['a.ts', 'b.ts']) writeFileSync(join(root, project, name), text);
    }
  });
  const fit = (out: string) =>
    runCli([
      'fit-mixing',
      ...['one', 'two'].flatMap((project) => ['--files', join(root, project, '*.ts')]),
      ...['--model', model, '--spans', '2', '--out', out],
    ]);

  it('fits a network for the model with the text around, and one for the text alone', async () => {
    const out = join(root, 'networks.json');
    const { code, stdout, stderr } = await fit(out);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^both seen: .* % right\ncache seen: .* % right\n$/,
      'of two projects, none is held out',
    );
    const fitted = JSON.parse(readFileSync(out, 'utf8')) as Record<string, { weights: number[] }>;
    assert.deepEqual(Object.keys(fitted), ['both', 'cache']);
    for (const { weights } of Object.values(fitted))
      assert.ok(weights.length > 0 && weights.flat().every(Number.isFinite));
  });

  it('names a folder that is not there before it begins', async () => {
    const out = join(root, 'none/networks.json');
    const { code, stdout, stderr } = await fit(out);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /networks\.json: --out: expected .* folder that can be written, found none: ENOENT/);
    assert.ok(!stderr.includes('places') && !existsSync(out));
  });
});
