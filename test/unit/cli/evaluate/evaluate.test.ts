import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { passes, requirePython } from '../../../../engine/cli/evaluate/sandbox.ts';
import { writeRecitingCheckpoint } from '../../../fixtures/reciting-checkpoint.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { runCli } from '../run-cli.ts';

const hasPython = spawnSync('python3', ['-I', '-c', '']).status === 0;

describe('command line: evaluate', () => {
  const root = temporaryFolder();
  const model = join(root, 'model');
  before(async () => {
    await writeRecitingCheckpoint(model, 'test/fixtures/tokenizer/byte-level', 'nothing of this;');
  });
  const evaluate = async (...args: string[]): Promise<Record<string, Record<string, unknown>[]>> => {
    const { code, stdout, stderr } = await runCli(['evaluate', '--model', model, '--json', ...args]);
    assert.deepEqual([code, stderr], [0, '']);
    return JSON.parse(stdout) as Record<string, Record<string, unknown>[]>;
  };

  it('asks the cache, the model and both for what was taken out of files', async () => {
    // A line that the next one repeats would be left out.
    const text = 'const value = compute(first, second);\n\n}\n'.repeat(40);
    for (const name of ['a.ts', 'b.ts']) writeFileSync(join(root, name), text);
    const { files = [], reliability = [] } = await evaluate(
      '--files',
      join(root, '*.ts'),
      '--spans',
      '5',
      '--kind',
      'line',
    );
    assert.deepEqual(
      files.map(({ system, kind, spans }) => [system, kind, spans]),
      [
        ['8-gram', 'line', 5],
        ['cache', 'line', 5],
        ['model', 'line', 5],
        ['both', 'line', 5],
      ],
    );
    // The text around says it again and again; the model says something else.
    assert.deepEqual(
      files.slice(0, 3).map(({ exact }) => exact),
      [1, 1, 0],
    );
    assert.equal(
      reliability.reduce((sum, one) => sum + Number(one['suggestions']), 0),
      5,
    );
  });

  it('asks at the requests of a session', async () => {
    const trace = join(root, 'session.jsonl');
    const line = 'const value = compute(first, second);';
    const events = [
      { t: 0, kind: 'open', doc: 0, path: 'a.ts', text: `}\n${line}\n`.repeat(9) },
      { t: 1, kind: 'edit', doc: 0, changes: [[0, 0, 'const value = comp\n']] },
      { t: 2, kind: 'select', doc: 0, selection: [[18, 18]] },
      { t: 3, kind: 'request', doc: 0, request: 0 },
      { t: 4, kind: 'edit', doc: 0, changes: [[18, 18, line.slice(18)]] },
    ];
    writeFileSync(trace, events.map((event) => JSON.stringify(event)).join('\n'));
    const figures = (await evaluate('--trace', trace))['trace'] ?? [];
    const [cache] = figures;
    assert.deepEqual([cache?.['requests'], cache?.['shown_share'], cache?.['whole_share']], [1, 1, 1]);
    assert.equal(cache?.['characters_saved'], line.length - 18);
  });

  it('runs the tests of functions with a line taken out', async function () {
    if (!hasPython) this.skip();
    const path = join(root, 'problems.jsonl');
    const problem = {
      task_id: 'x',
      entry_point: 'double',
      prompt: 'def double(x):\n    y = 2 * x + 0 * x\n    y = 2 * x + 0 * x\n',
      suffix: '    return y\n',
      canonical_solution: '    y = 2 * x + 0 * x\n',
      test: 'def check(candidate):\n    assert candidate(2) == 4\n',
    };
    writeFileSync(path, JSON.stringify(problem));
    const figures = (await evaluate('--humaneval', path))['humaneval'] ?? [];
    assert.deepEqual(
      figures.map(({ system }) => system),
      ['cache', 'model', 'both'],
    );
    assert.equal(figures[1]?.['pass_at_1'], 0);
  });

  const packed = gzipSync('{"task_id": "a"}');
  const bad: [name: string, bytes: Uint8Array | undefined, found: RegExp][] = [
    ['are not there', undefined, /found no such file/],
    ['are none', new Uint8Array(), /found an empty file/],
    [
      'were not downloaded to the end',
      packed.subarray(0, packed.length - 9),
      /packed by gzip, found unexpected end/,
    ],
    ['lack something', packed, /line 1: expected a JSON object with task_id, entry_point/],
  ];
  for (const [name, bytes, found] of bad)
    it(`names the file of problems that ${name}`, async () => {
      const path = join(root, 'problems.jsonl.gz');
      rmSync(path, { force: true });
      if (bytes !== undefined) writeFileSync(path, bytes);
      const { code, stderr } = await runCli(['evaluate', '--humaneval', path]);
      assert.equal(code, 1);
      assert.ok(stderr.includes(path));
      assert.match(stderr, found);
    });

  it('says what is missing', async () => {
    const { code, stderr } = await runCli(['evaluate']);
    assert.equal(code, 2);
    assert.match(stderr, /--files, --trace or --humaneval/);
    const none = await runCli(['evaluate', '--files', join(root, 'none/*.ts')]);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /quote the pattern/);
  });
});

describe('the sandbox', () => {
  const root = temporaryFolder();
  it('without a Python says so, instead of that every program fails', () => {
    const { PATH } = process.env;
    process.env['PATH'] = root;
    try {
      assert.throws(requirePython, /a Python 3 on the path/);
    } finally {
      process.env['PATH'] = PATH;
    }
  });
  before(function () {
    if (!hasPython) this.skip();
  });
  const cases: [name: string, program: string, isGood: boolean][] = [
    ['passes what ends well', 'assert 1 + 1 == 2', true],
    ['fails what does not', 'assert 1 + 1 == 3', false],
    ['ends what takes too much memory', 'x = bytearray(2 ** 30)', false],
    ['hides the environment', "import os\nassert 'MAMBA_SECRET' not in os.environ", true],
    ['ends what writes too much', "open('x', 'wb').write(bytes(10 ** 7))", false],
  ];
  for (const [name, program, isGood] of cases)
    it(name, async () => {
      process.env['MAMBA_SECRET'] = '1';
      assert.equal(await passes(program), isGood);
    });
});
