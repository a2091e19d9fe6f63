import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measurement } from '../../../engine/index.ts';
import { writeRecitingCheckpoint } from '../../fixtures/reciting-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { runCli, type Finished } from './run-cli.ts';

describe('command line: measure', () => {
  const root = temporaryFolder();
  const model = join(root, 'model');
  before(async () => {
    await writeRecitingCheckpoint(model, 'test/fixtures/tokenizer/byte-level', 'value;', 'nothing');
    for (const folder of ['src', 'node_modules']) mkdirSync(join(root, folder));
    for (let at = 0; at < 12; at++) writeFileSync(join(root, 'src', `${at}.ts`), 'value;');
    writeFileSync(join(root, 'node_modules', 'not.ts'), 'another thing altogether;\n'.repeat(500));
  });
  const measure = (...args: string[]): Promise<Finished> => runCli(['measure', ...args], root);

  it('finds the format that is right by construction, in the files that a pattern names', async () => {
    const { code, stdout, stderr } = await measure(model, '--files', '**/*.ts', '--json');
    assert.deepEqual([code, stderr], [0, '']);
    const { choice, formats, end } = JSON.parse(stdout) as Measurement;
    assert.deepEqual([choice, end], [{ format: 'mamba-complete', why: 'better' }, 'clear']);
    assert.deepEqual(
      formats.map(({ format, spans, exact, firstWord }) => [format, spans, exact, firstWord]),
      [
        ['mamba-complete', 8, 8, 8],
        ['continuation', 8, 0, 0],
      ],
    );
  });

  it('shows a table', async () => {
    const { code, stdout } = await measure(model, '--files', 'src/1*.ts', '--files', 'src/2.ts');
    assert.equal(code, 0);
    assert.match(stdout, /^format +places +exact +first word +ms a request +ms a keystroke +tokens\n/);
    assert.match(stdout, /\nmamba-complete +4 +100 % +100 % /);
    assert.match(stdout, /\nNone chosen: too few places were measured, or completed, to tell\.\n/);
  });

  it('--places bounds what is done', async () => {
    const { stdout, stderr } = await measure(model, '--files', 'src/*.ts', '--places', '2', '--json');
    assert.equal(stderr, '');
    const { formats, end } = JSON.parse(stdout) as Measurement;
    assert.deepEqual([formats.map(({ spans }) => spans), end], [[2, 2], 'spans']);
  });

  it('says what is missing', async () => {
    const without = await measure(model);
    assert.equal(without.code, 2);
    assert.match(without.stderr, /--files is missing/);
    const nothing = await measure(model, '--files', 'nowhere/*.ts');
    assert.equal(nothing.code, 1);
    assert.match(nothing.stderr, /the files to measure on.*no files/s);
  });
});
