import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTokenizer } from '../../../engine/tokenizer/index.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { runCli, type Finished } from './run-cli.ts';

const TOKENIZER = 'test/fixtures/tokenizer/byte-level';

/** What a command printed, if it did well and printed nothing else. */
function json({ code, stdout, stderr }: Finished): Record<string, unknown> {
  assert.deepEqual([code, stderr], [0, ''], stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
}

function assertFailed({ code, stdout, stderr }: Finished, message: RegExp): void {
  assert.equal(code, 1, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, /\n\s+at /, 'a stack trace');
}

describe('command line: models', () => {
  const root = temporaryFolder();
  const model = join(root, 'model');
  before(() => {
    writeRandomCheckpoint(model, randomConfig());
    copyFileSync(join(TOKENIZER, 'tokenizer.json'), join(model, 'tokenizer.json'));
  });
  const logits = async (folder: string, ...more: string[]): Promise<number[][]> =>
    json(await runCli(['logits', '--model', folder, '--ids', '1,2,3', ...more]))['logits'] as number[][];

  it('logits: after the last token, or after each', async () => {
    const [last, ...none] = await logits(model);
    assert.equal(none.length, 0);
    assert.equal(last?.length, 640);
    const all = await logits(model, '--all', '--json');
    assert.deepEqual(
      all.map(({ length }) => length),
      [640, 640, 640],
    );
    for (const [id, logit] of last.entries()) assert.ok(Math.abs((all[2]?.[id] ?? NaN) - logit) < 1e-3);
  });

  it('generate: as many tokens as asked for, each the largest logit', async () => {
    const args = ['generate', '--model', model, '--ids', '1, 2,3', '--max-tokens', '3', '--json'];
    const { ids } = json(await runCli(args)) as { ids: number[] };
    assert.equal(ids.length, 3);
    const [row = []] = await logits(model);
    assert.equal(ids[0], row.indexOf(Math.max(...row)));
  });

  it('refuses ids that the model does not have', async () => {
    for (const ids of ['640', '1,2,99999999999999999999']) {
      assertFailed(
        await runCli(['logits', '--model', model, '--ids', ids]),
        /ids: expected token ids from 0 to 639/,
      );
    }
    const args = ['generate', '--model', model, '--ids', '700', '--max-tokens', '2'];
    assertFailed(await runCli(args), /from 0 to 639, found 700/);
  });

  it('refuses a model that is missing, and names it', async () => {
    const nowhere = join(root, 'nowhere');
    for (const args of [
      ['logits', '--ids', '1'],
      ['complete', 'package.json:1:1'],
      ['tokenize', '--text-file', 'package.json'],
    ]) {
      const finished = await runCli([...args, '--model', nowhere]);
      assertFailed(finished, /nowhere/);
    }
  });

  it('convert: there and back, with the error of each tensor', async () => {
    const packed = join(root, 'packed');
    const args = ['convert', model, packed, '--bits', '8', '--block', '32', '--json'];
    const { bytes, tensors, parameters } = json(await runCli(args)) as {
      bytes: number;
      parameters: number;
      tensors: { name: string; bits: number; max_error: number }[];
    };
    assert.equal(bytes, readFileSync(join(packed, 'weights.bin')).length);
    assert.ok(parameters > 40_000);
    for (const { name, bits, max_error: error } of tensors) {
      const isMatrix = /embeddings|_proj/.test(name);
      assert.equal(bits, isMatrix ? 8 : 32, name);
      assert.ok(isMatrix ? error > 0 && error < 0.01 : error === 0, `${name}: ${error}`);
    }
    const [[packedRow = []], [row = []]] = [await logits(packed), await logits(model)];
    const worst = Math.max(...row.map((logit, id) => Math.abs(logit - (packedRow[id] ?? NaN))));
    assert.ok(worst > 0 && worst < 0.5, `${worst}`);

    const exact = join(root, 'exact');
    const { code, stdout } = await runCli(['convert', model, exact, '--bits', '32']);
    assert.equal(code, 0);
    assert.match(stdout, /^backbone\.embeddings\.weight \[640, 64\]: 32 bits, largest error 0\.00$/m);
    assert.match(
      stdout,
      new RegExp(`${exact}: ${parameters} parameters in \\d+ bytes, 32\\.\\d\\d bits a weight\n$`),
    );
    assert.deepEqual(await logits(exact), [row]);

    assertFailed(await runCli(args), /packed: expected a folder that does not exist yet/);
  });

  it('convert: refuses what is no checkpoint and leaves nothing', async () => {
    const destination = join(root, 'from-nothing');
    for (const source of [root, join(root, 'nowhere'), 'package.json']) {
      assertFailed(await runCli(['convert', source, destination, '--bits', '4']), /config\.json/);
    }
    assert.equal(existsSync(destination), false);
    assert.deepEqual(
      readdirSync(root).filter((name) => name.includes('from-nothing')),
      [],
    );
  });

  it('tokenize: by a model or by a tokenizer file', async () => {
    const text = join(root, 'text.py');
    writeFileSync(text, 'def f(a):\r\n    return "é☺"\n');
    const expected = (await loadTokenizer(TOKENIZER)).encode('def f(a):\r\n    return "é☺"\n');
    for (const source of [model, join(model, 'tokenizer.json')]) {
      const { ids } = json(await runCli(['tokenize', '--model', source, '--text-file', text, '--json']));
      assert.deepEqual(ids, expected);
    }
    assertFailed(
      await runCli(['tokenize', '--model', model, '--text-file', join(root, 'no.txt')]),
      /no\.txt: .*no such file/,
    );
    assertFailed(await runCli(['tokenize', '--model', model, '--text-file', root]), /found a folder/);
  });

  it('fim-prompt: markers, windows and a format by name', async () => {
    const tokenizer = await loadTokenizer(TOKENIZER);
    const [prefix, suffix] = [join(root, 'prefix'), join(root, 'suffix')];
    writeFileSync(prefix, 'let a = 1;\nlet b = ');
    writeFileSync(suffix, ';\nf(a);\n');
    const files = ['--prefix-file', prefix, '--suffix-file', suffix, '--model', model];
    const ids = async (...more: string[]): Promise<number[]> =>
      json(await runCli(['fim-prompt', ...files, ...more]))['ids'] as number[];
    const special = (name: string): number => tokenizer.special(`<|${name}|>`) ?? NaN;
    assert.deepEqual(await ids('--language', 'go', '--path', 'a/b.go'), [
      special('bos'),
      special('path'),
      ...tokenizer.encode('go a/b.go'),
      special('suffix'),
      ...tokenizer.encode('f(a);\n'),
      special('prefix'),
      special('tail'),
      ...tokenizer.encode(';'),
      special('middle'),
      ...tokenizer.encode('let a = 1;\nlet b = '),
    ]);
    assert.ok((await ids('--window-tokens', '4,0')).length < (await ids()).length);
    assertFailed(await runCli(['fim-prompt', ...files, '--format', 'mistral']), /\[SUFFIX\]|<s>/);
    assertFailed(await runCli(['fim-prompt', ...files, '--format', 'no-such']), /expected one of/);
    for (const windows of ['4', '4,x', '0,4', '1,2,3']) {
      const { code } = await runCli(['fim-prompt', ...files, '--window-tokens', windows]);
      assert.equal(code, 2, windows);
    }
  });

  it('a package that is damaged is refused by every command', async () => {
    const damaged = join(root, 'damaged');
    mkdirSync(damaged);
    writeFileSync(join(damaged, 'manifest.json'), '{"format": "mamba-complete-model", "version": 99}');
    copyFileSync(join(model, 'tokenizer.json'), join(damaged, 'tokenizer.json'));
    const message = /manifest\.json: version: expected at most 2, found 99\. Update the extension/;
    for (const args of [
      ['logits', '--ids', '1'],
      ['generate', '--ids', '1', '--max-tokens', '1'],
      ['complete', 'package.json:1:1'],
    ]) {
      assertFailed(await runCli([...args, '--model', damaged]), message);
    }
  });
});
