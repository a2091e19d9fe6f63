import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { openEngine } from '../../../engine/index.ts';
import { writeRecitingCheckpoint } from '../../fixtures/reciting-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const VARIABLE = 'ORT_DISABLE_TELEMETRY';

describe("ONNX Runtime's telemetry", () => {
  const root = temporaryFolder();
  const model = join(root, 'model');
  before(() => writeRecitingCheckpoint(model, 'test/fixtures/tokenizer/byte-level', 'remember(this);'));

  it('is switched off in the process before the worker starts', async () => {
    const script = join(root, 'tells.js');
    // A worker's environment is what its parent's was when it was made.
    writeFileSync(
      script,
      `require('node:worker_threads').parentPort.postMessage(
         { kind: 'not-opened', error: { message: 'variable: ' + process.env.${VARIABLE} } });`,
    );
    Reflect.deleteProperty(process.env, VARIABLE);
    await assert.rejects(openEngine({ worker: script, model, threads: 1 }), /variable: 1$/);
    assert.equal(process.env[VARIABLE], '1');
  });

  // When it starts it writes a log to the temporary folder, and a device's id and a database to the home folder's cache.
  for (const [what, args] of [
    ['an engine', ['out/test/unit/worker/program.js', model, 'idle']],
    ['the command line', ['out/cli.js', 'logits', '--model', model, '--ids', '1']],
  ] as const) {
    it(`never starts beside ${what}`, async () => {
      const home = join(root, what);
      mkdirSync(home);
      const environment = {
        ...process.env,
        HOME: home,
        USERPROFILE: home,
        XDG_CACHE_HOME: home,
        TMPDIR: home,
      };
      Reflect.deleteProperty(environment, VARIABLE);
      const [program, ...rest] = args;
      const { stdout } = await promisify(execFile)(process.execPath, [resolve(program), ...rest], {
        env: environment,
        timeout: 30_000,
      });
      assert.ok(stdout.length > 10);
      assert.deepEqual(readdirSync(home), []);
    });
  }
});
