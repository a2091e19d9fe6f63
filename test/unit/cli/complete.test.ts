import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeRecitingCheckpoint } from '../../fixtures/reciting-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { runCli, type Finished } from './run-cli.ts';

type Json = Record<string, unknown>;
const ANSWER = 'remember(this);';

describe('command line: complete', () => {
  const root = temporaryFolder();
  const model = join(root, 'model');
  before(async () => {
    await writeRecitingCheckpoint(model, 'test/fixtures/tokenizer/byte-level', ANSWER);
    writeFileSync(join(root, 'a.ts'), 'let a = \nf();\n');
    writeFileSync(join(root, 'crlf.ts'), 'let a = \r\nf();\r\n');
    writeFileSync(join(root, 'empty.constructor'), '');
  });
  /** Completes at a place of a file of the folder. */
  const at = (place: string, ...more: string[]): Promise<Finished> =>
    runCli(['complete', place, '--model', model, ...more], root);
  it('prints the text to insert, and nothing else', async () => {
    assert.deepEqual(await at('a.ts:1:9'), { code: 0, stdout: `${ANSWER}\n`, stderr: '' });
    assert.deepEqual(await at(`${join(root, 'a.ts')}:1:9`), { code: 0, stdout: `${ANSWER}\n`, stderr: '' });
  });

  it('--json: the text, why it ended, and the account', async () => {
    const { code, stdout, stderr } = await at('a.ts:1:9', '--json', '--lines', 'single');
    assert.deepEqual([code, stderr], [0, '']);
    const { text, reason, prompt, reused, advanced, generated, first_token_ms, ms } = JSON.parse(
      stdout,
    ) as Json;
    assert.deepEqual([text, reason, reused], [ANSWER, 'end-token', 0]);
    assert.equal(advanced, prompt);
    assert.ok(Number(generated) > 3 && Number(prompt) > 10);
    assert.ok(Number(first_token_ms) > 0 && Number(ms) >= Number(first_token_ms));
  });

  it('--max-tokens cuts the text short', async () => {
    const { stdout } = await at('a.ts:1:9', '--json', '--max-tokens', '1');
    const { text, reason, generated } = JSON.parse(stdout) as Json;
    assert.deepEqual([reason, generated], ['max-tokens', 1]);
    assert.ok(ANSWER.startsWith(String(text)) && text !== ANSWER);
  });

  it('every end of a file and of a line is a place', async () => {
    for (const place of ['a.ts:1:1', 'a.ts:3:1', 'crlf.ts:1:9', 'crlf.ts:3:1', 'empty.constructor:1:1']) {
      const { code, stderr } = await at(place, '--json');
      assert.deepEqual([code, stderr], [0, ''], place);
    }
  });

  it('places in a file with CRLF are those of the same file with LF', async () => {
    const prompts: unknown[][] = [];
    for (const lineEnd of ['\n', '\r\n']) {
      const folder = mkdtempSync(join(root, 'lines-'));
      writeFileSync(join(folder, 'b.ts'), ['let a = ', 'f();', ''].join(lineEnd));
      const finished = ['b.ts:1:5', 'b.ts:3:1'].map((place) =>
        runCli(['complete', place, '--model', model, '--json'], folder),
      );
      const results = (await Promise.all(finished)).map(({ stdout }) => JSON.parse(stdout) as Json);
      prompts.push(results.map(({ prompt, text }) => [prompt, text]));
    }
    assert.deepEqual(prompts[1], prompts[0]);
  });

  const outside: [place: string, message: RegExp][] = [
    ['a.ts:4:1', /a\.ts: line: expected 1 to 3, found 4\. Name a place inside the file/],
    ['a.ts:1:10', /a\.ts: column of line 1: expected 1 to 9, found 10/],
    ['a.ts:3:2', /column of line 3: expected 1 to 1, found 2/],
    ['crlf.ts:1:10', /column of line 1: expected 1 to 9, found 10/],
    ['empty.constructor:2:1', /line: expected 1 to 1, found 2/],
    ['none.ts:1:1', /none\.ts: expected a readable file, found no such file/],
    ['.:1:1', /expected a readable file, found a folder/],
  ];
  for (const [place, message] of outside) {
    it(`refuses ${place} with exit code 1`, async () => {
      const { code, stdout, stderr } = await at(place, '--json');
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n\s+at /, 'a stack trace');
    });
  }
});
