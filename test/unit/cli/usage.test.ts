import assert from 'node:assert/strict';
import { runCli } from './run-cli.ts';

const COMMANDS = [
  'complete',
  'logits',
  'generate',
  'tokenize',
  'fim-prompt',
  'convert',
  'models',
  'install',
  'remove',
];

describe('command line: usage', () => {
  for (const args of [['--help'], ['help']]) {
    it(`${args.join(' ')} lists every command on stdout`, async () => {
      const { code, stdout, stderr } = await runCli(args);
      assert.equal(code, 0);
      assert.equal(stderr, '');
      for (const command of COMMANDS) assert.ok(stdout.includes(`\n  ${command} `), command);
    });
  }

  it('COMMAND --help tells what the command does on stdout', async () => {
    const { code, stdout, stderr } = await runCli(['convert', '--help']);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /^Usage: mamba convert SOURCE DEST .*\n\nConverts a checkpoint/);
  });

  const wrong: [args: string[], message: RegExp][] = [
    [[], /^No command given/],
    [['frobnicate'], /^Unknown command: frobnicate/],
    [['constructor'], /^Unknown command: constructor/],
    [['__proto__'], /^Unknown command: __proto__/],
    [['tokenize', '--frob'], /Unknown option '--frob'/],
    [['tokenize'], /--text-file is missing/],
    [['tokenize', 'more', '--text-file', 'x'], /Expected 0 arguments beside the options, found 1/],
    [['logits'], /--ids is missing/],
    [['logits', '--ids', '1,,2'], /--ids: expected a whole number of at least 0, found ""/],
    [['logits', '--ids', '1,x'], /found "x"/],
    [['logits', '--ids=-1'], /found "-1"/],
    [['generate', '--ids', '1'], /--max-tokens is missing/],
    [['generate', '--ids', '1', '--max-tokens', '0'], /at least 1, found "0"/],
    [['complete'], /Expected 1 argument beside the options, found 0/],
    [['complete', 'a.ts'], /Expected FILE:LINE:COLUMN, found "a.ts"/],
    [['complete', 'package.json:0:1'], /LINE: expected a whole number of at least 1/],
    [['complete', 'package.json:1:0'], /COLUMN: expected a whole number of at least 1/],
    [['complete', 'package.json:1:1', '--lines', 'many'], /--lines: expected auto, single or multiple/],
    [['complete', 'package.json:1:1', '--max-tokens', 'x'], /--max-tokens/],
    [['fim-prompt', '--prefix-file', 'package.json'], /--suffix-file is missing/],
    [['convert', 'a', 'b'], /--bits is missing/],
    [['convert', 'a', 'b', '--bits', '5'], /--bits: expected 4, 8 or 32, found "5"/],
    [['convert', 'a', 'b', '--bits', '8', '--block', '48'], /--block: expected 32, 64 or 128/],
    [['convert', 'a', '--bits', '8'], /Expected 2 arguments/],
    [['install'], /Expected 1 argument beside/],
    [['install', 'a/b', '--bits', '5'], /--bits: expected 4 or 8, found "5"/],
    [['remove'], /Expected 1 argument beside/],
  ];
  for (const [args, message] of wrong) {
    it(`mamba ${args.join(' ')}: exit code 2, the mistake and the usage on stderr`, async () => {
      const { code, stdout, stderr } = await runCli(args);
      assert.equal(code, 2);
      assert.match(stderr, message);
      assert.match(stderr, /Usage: mamba /);
      assert.equal(stdout, '');
    });
  }
});
