import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figures } from '../../../engine/cli/replay/figures.ts';
import { writeRecitingCheckpoint } from '../../fixtures/reciting-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { runCli } from './run-cli.ts';

const CODE = Array.from({ length: 30 }, (_, line) => `const value${line} = f(${line});\n`).join('');
const TYPED = 'const sum = 1;';

/** Opens two documents, types a line in one, jumps and asks, renames, undoes, cancels. */
const SESSION: object[] = [
  { t: 0, kind: 'open', doc: 0, path: 'a.ts', text: CODE },
  { t: 0, kind: 'open', doc: 1, path: 'b.ts', text: '// 😀\r\nlet b;\r\n' },
  { t: 500, kind: 'select', doc: 0, selection: [[0, 0]] },
  ...Array.from(TYPED, (letter, at) => [
    { t: 1000 + at * 100, kind: 'edit', doc: 0, changes: [[at, at, letter]] },
    { t: 1001 + at * 100, kind: 'request', doc: 0, request: at },
    { t: 1050 + at * 100, kind: 'cancel', request: at },
  ]).flat(),
  { t: 5000, kind: 'select', doc: 0, selection: [[CODE.length, CODE.length]] },
  { t: 6000, kind: 'request', doc: 0, request: 20 },
  {
    t: 6100,
    kind: 'edit',
    doc: 0,
    changes: [
      [6, 9, 'total'],
      [TYPED.length + 6, TYPED.length + 11, 'other'],
    ],
  },
  {
    t: 6200,
    kind: 'edit',
    doc: 0,
    changes: [
      [6, 11, 'sum'],
      [TYPED.length + 8, TYPED.length + 13, 'value'],
    ],
  },
  { t: 6300, kind: 'request', doc: 0, request: 21 },
  { t: 6400, kind: 'request', doc: 1, request: 22 },
  { t: 6500, kind: 'accept', doc: 1 },
];

describe('command line: replay', () => {
  const root = temporaryFolder();
  const model = join(root, 'model');
  const trace = join(root, 'session.jsonl');
  before(async () => {
    await writeRecitingCheckpoint(model, 'test/fixtures/tokenizer/byte-level', 'remember(this);');
    writeFileSync(trace, SESSION.map((event) => `${JSON.stringify(event)}\n`).join(''));
  });
  const figures = async (...more: string[]): Promise<Figures> => {
    const { code, stdout, stderr } = await runCli(['replay', trace, '--model', model, '--json', ...more]);
    assert.deepEqual([code, stderr], [0, '']);
    return JSON.parse(stdout) as Figures;
  };

  it('--json: what requests cost, cancelled ones too, without warming and with it', async () => {
    const found = await figures();
    assert.equal(found.requests, TYPED.length + 3);
    assert.equal(found.share, found.advanced_tokens / found.prompt_tokens);
    assert.ok(found.share < 0.5, JSON.stringify(found));
    assert.ok(found.advanced_waiting_tokens < found.advanced_tokens, JSON.stringify(found));
    assert.ok(found.share_waiting < found.share);
    const { p50, p90, p95, p99 } = found.waiting_tokens;
    assert.ok(p50 <= 20 && p50 <= p90 && p90 <= p95 && p95 <= p99, JSON.stringify(found));
    assert.ok(found.peak_state_bytes > 0);
    assert.ok(found.ms.p50 > 0 && found.ms.p50 <= found.ms.p90 && found.ms.p90 <= found.ms.p99);
  });

  it('counts the same tokens each time', async () => {
    const [one, two] = await Promise.all([figures(), figures()]);
    assert.deepEqual({ ...one, ms: 0 }, { ...two, ms: 0 });
  });

  it('--realtime changes nothing of what is counted with warming switched off', async () => {
    const [plain, real] = await Promise.all([figures(), figures('--realtime')]);
    assert.equal(real.advanced_tokens, plain.advanced_tokens);
    assert.ok(real.advanced_waiting_tokens > 0);
  });

  it('--window-tokens bounds the prompts, --state-mib the memory', async () => {
    const [all, narrow] = await Promise.all([
      figures(),
      figures('--window-tokens', '64,0', '--state-mib', '1'),
    ]);
    assert.ok(narrow.prompt_tokens < all.prompt_tokens);
    assert.ok(narrow.peak_state_bytes < all.peak_state_bytes);
  });

  it('without --json, a table', async () => {
    const { code, stdout } = await runCli(['replay', trace, '--model', model]);
    assert.equal(code, 0);
    assert.match(stdout, /^requests +17\n/);
    assert.match(stdout, /most memory of states +[\d.]+ MiB\n$/);
  });

  it('a trace that is wrong fails with its name and line before a model is loaded', async () => {
    const wrong = join(root, 'wrong.jsonl');
    writeFileSync(wrong, '{"t":0,"kind":"open","doc":0,"path":"","text":""}\nnonsense\n');
    const { code, stdout, stderr } = await runCli(['replay', wrong, '--model', join(root, 'none')]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /wrong\.jsonl: line 2: expected a JSON object, found "nonsense"/);
  });

  for (const command of [['replay'], ['evaluate', '--trace']])
    it(`${command.join(' ')}: a trace in which nothing is asked for fails with its name`, async () => {
      const silent = join(root, 'silent.jsonl');
      writeFileSync(silent, '{"t":0,"kind":"open","doc":0,"path":"","text":""}\n');
      const { code, stdout, stderr } = await runCli([...command, silent, '--model', join(root, 'none')]);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /silent\.jsonl: expected .* "request", found none\. Record/);
    });

  for (const [name, args] of [
    ['no trace', []],
    ['a window of three', ['a', '--window-tokens', '1,2,3']],
    ['a budget of nothing', ['a', '--state-mib', '0']],
  ] as const) {
    it(`bad usage: ${name}`, async () => {
      assert.equal((await runCli(['replay', ...args])).code, 2);
    });
  }
});
