import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { writeRecitingCheckpoint } from '../../fixtures/reciting-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const TOKENIZER = 'test/fixtures/tokenizer/byte-level';

describe('a program with an engine', () => {
  const root = temporaryFolder();
  const reciting = join(root, 'reciting');
  const slow = join(root, 'slow');
  before(async () => {
    await writeRecitingCheckpoint(reciting, TOKENIZER, 'remember(this);');
    writeRandomCheckpoint(
      slow,
      randomConfig({ hiddenSize: 512, heads: 16, headDim: 64, stateSize: 64, layers: 4 }),
    );
    copyFileSync(join(TOKENIZER, 'tokenizer.json'), join(slow, 'tokenizer.json'));
  });
  const run = (model: string, exit: string): Promise<[exit: unknown, stdout: string, stderr: string]> =>
    new Promise((done) => {
      const program = resolve('out/test/unit/worker/program.js');
      execFile(process.execPath, [program, model, exit], { timeout: 30_000 }, (error, stdout, stderr) => {
        done([error === null ? 0 : (error.signal ?? error.code), stdout, stderr]);
      });
    });

  it('ends by itself when the engine is idle', async () => {
    assert.deepEqual(await run(reciting, 'idle'), [0, 'remember(this);\n', '']);
  });

  it('ends by itself when nothing is asked of the engine', async () => {
    assert.deepEqual(await run(reciting, 'unused'), [0, '', '']);
  });

  // Without the latch these end by SIGABRT.
  for (const delay of [40, 73, 110, 151, 200]) {
    it(`exits in order in the middle of a run, ${delay} ms after it began`, async () => {
      assert.deepEqual(await run(slow, String(delay)), [0, '', '']);
    });
  }

  for (const delay of [120, 170, 230]) {
    it(`exits in order while the model loads, ${delay} ms after it began`, async () => {
      assert.deepEqual(await run(slow, `loading+${delay}`), [0, '', '']);
    });
  }
});
