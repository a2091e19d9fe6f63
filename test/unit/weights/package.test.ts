import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { convert } from '../../../engine/weights/convert.ts';
import { openPackage } from '../../../engine/weights/package.ts';
import { assertBadInput, type ExpectedInput } from '../../fixtures/bad-input.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

type Json = Record<string, unknown>;

describe('openPackage', () => {
  const root = temporaryFolder();
  const original = join(root, 'original');
  const folder = join(root, 'spoilt');
  const weights = join(folder, 'weights.bin');
  const path = join(folder, 'manifest.json');
  before(async () => {
    writeRandomCheckpoint(join(root, 'checkpoint'), randomConfig());
    const tokenizer = join(root, 'checkpoint', 'tokenizer.json');
    writeFileSync(tokenizer, '{}');
    await convert({ source: join(root, 'checkpoint'), destination: original, bits: 4, block: 32, tokenizer });
  });
  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    cpSync(original, folder, { recursive: true });
  });

  it('opens what convert wrote', async () => {
    const { manifest } = await openPackage(folder);
    assert.equal(manifest.name, 'checkpoint');
    assert.equal(manifest.bits, 4);
    assert.deepEqual(manifest.config, randomConfig());
  });

  /** Changes one field, named by its path in the manifest; `undefined` removes it. */
  const change = (field: readonly string[], value: unknown): void => {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Json;
    const last = field.at(-1) ?? '';
    const parent = field.slice(0, -1).reduce((at, key) => at[key] as Json, manifest);
    parent[last] = value;
    writeFileSync(path, JSON.stringify(manifest));
  };

  const IN_PROJ = 'backbone.layers.0.mixer.in_proj.weight';
  const NORM = 'backbone.layers.0.norm.weight';
  const tensor = (name: string, key: string): string[] => ['tensors', name, key];
  const refusedTensor = (name: string): ExpectedInput => ({
    field: `tensors.${name}`,
    expected: /shape .* within \d+ bytes/,
  });
  const fields: [field: string[], value: unknown, expected: ExpectedInput][] = [
    [['format'], 'gguf', { field: 'format', expected: '"mamba-complete-model"', found: '"gguf"' }],
    [['format'], undefined, { field: 'format', found: 'nothing' }],
    [['version'], 0, { field: 'version', expected: 'at most 2', found: '0', action: /^Convert/ }],
    [
      ['version'],
      3,
      { field: 'version', expected: 'at most 2', found: '3', action: /^Update the extension/ },
    ],
    [['version'], '1', { field: 'version', found: '"1"' }],
    [['name'], 7, { field: 'name', found: '7' }],
    [['bits'], 3, { field: 'bits', expected: '4, 8 or 32', found: '3' }],
    [['parameters'], '5', { field: 'parameters', found: '"5"' }],
    [['config'], null, { field: 'config', expected: 'an object', found: 'null' }],
    [['config'], 'mamba2', { field: 'config', found: '"mamba2"' }],
    [['config', 'architecture'], 'mamba', { field: 'config.architecture', found: '"mamba"' }],
    [['config', 'heads'], '4', { field: 'config.heads', found: '"4"' }],
    [['config', 'heads'], 4.5, { field: 'config.heads', found: '4.5' }],
    [['config', 'convKernel'], 1, { field: 'config.convKernel', found: '1' }],
    [['config', 'layers'], 0, { field: 'config.layers', found: '0' }],
    [['config', 'layers'], 1_000_000, { field: 'config.layers', expected: 'at most 4096' }],
    [['config', 'vocabularySize'], 2 ** 40, { field: 'config.vocabularySize', found: /1099511627776/ }],
    [['config', 'groups'], 3, { field: 'config.groups', expected: /divisor/, found: '3' }],
    [['config', 'epsilon'], '1e-5', { field: 'config.epsilon', found: '"1e-5"' }],
    [['config', 'epsilon'], 0, { field: 'config.epsilon', found: '0' }],
    [['config', 'timeStepLimit'], null, { field: 'config.timeStepLimit', found: 'null' }],
    [['config', 'timeStepLimit'], [0, 1], { field: 'config.timeStepLimit', found: '[0,1]' }],
    [['config', 'timeStepLimit'], { min: 1, max: 0.5 }, { field: 'config.timeStepLimit' }],
    [['config', 'tiedHead'], 'yes', { field: 'config.tiedHead', found: '"yes"' }],
    [['config', 'bosTokenId'], '<s>', { field: 'config.bosTokenId', found: '"<s>"' }],
    [['weights'], null, { field: 'weights', found: 'null' }],
    [['weights', 'file'], '../original/weights.bin', { field: 'weights', found: /original/ }],
    [['weights', 'file'], '/etc/passwd', { field: 'weights', found: /passwd/ }],
    [['weights', 'file'], 'a\\b', { field: 'weights' }],
    [['weights', 'file'], '..', { field: 'weights' }],
    [['weights', 'bytes'], -1.5, { field: 'weights' }],
    [['weights', 'sha256'], 'abc', { field: 'weights', expected: /sha256/ }],
    [['tokenizer'], undefined, { field: 'tokenizer', found: 'nothing' }],
    [['tokenizer', 'file'], 'x/tokenizer.json', { field: 'tokenizer' }],
    [['tensors'], null, { field: 'tensors', expected: 'an object', found: 'null' }],
    [['tensors', NORM], undefined, { ...refusedTensor(NORM), found: 'nothing' }],
    [['tensors', NORM], null, { ...refusedTensor(NORM), found: 'null' }],
    [['tensors', NORM], 'float32', refusedTensor(NORM)],
    [tensor(NORM, 'shape'), [65], refusedTensor(NORM)],
    [tensor(NORM, 'shape'), ['64'], refusedTensor(NORM)],
    [tensor(NORM, 'shape'), [64, 1], refusedTensor(NORM)],
    [tensor(NORM, 'offset'), -64, refusedTensor(NORM)],
    [tensor(NORM, 'offset'), 1e12, refusedTensor(NORM)],
    [tensor(NORM, 'offset'), '0', refusedTensor(NORM)],
    [tensor(NORM, 'encoding'), 'blocks', refusedTensor(NORM)],
    [tensor(IN_PROJ, 'encoding'), 'ternary', refusedTensor(IN_PROJ)],
    [tensor(IN_PROJ, 'bits'), 5, refusedTensor(IN_PROJ)],
    [tensor(IN_PROJ, 'block'), 0, refusedTensor(IN_PROJ)],
    [tensor(IN_PROJ, 'block'), 48, refusedTensor(IN_PROJ)],
    [tensor(IN_PROJ, 'scalesOffset'), 1e12, refusedTensor(IN_PROJ)],
    [tensor(IN_PROJ, 'scales'), 'bfloat16', refusedTensor(IN_PROJ)],
    [tensor(IN_PROJ, 'zeroPointsOffset'), 1e12, refusedTensor(IN_PROJ)],
    [tensor(IN_PROJ, 'zeroPointsOffset'), '64', refusedTensor(IN_PROJ)],
  ];
  for (const [field, value, expected] of fields) {
    it(`refuses ${field.join('.')} = ${JSON.stringify(value)}`, async () => {
      change(field, value);
      await assertBadInput(openPackage(folder), { source: path, ...expected });
    });
  }

  /** Each a package whose manifest is right. */
  const files: [what: string, spoil: () => void, expected: ExpectedInput][] = [
    [
      'a file of another size',
      () => {
        appendFileSync(weights, 'x');
      },
      { source: weights, expected: /^\d+ bytes$/, found: /^\d+ bytes$/ },
    ],
    [
      'one changed byte',
      () => {
        const bytes = readFileSync(weights);
        bytes[1000] = (bytes[1000] ?? 0) ^ 1;
        writeFileSync(weights, bytes);
      },
      { source: weights, field: 'sha256', expected: /^[0-9a-f]{64}$/, found: /^[0-9a-f]{64}$/ },
    ],
    [
      'missing weights',
      () => {
        rmSync(weights);
      },
      { source: weights, found: 'no such file' },
    ],
    [
      'a missing tokenizer',
      () => {
        rmSync(join(folder, 'tokenizer.json'));
      },
      { source: join(folder, 'tokenizer.json'), found: 'no such file' },
    ],
    [
      'a changed tokenizer',
      () => {
        writeFileSync(join(folder, 'tokenizer.json'), '[]');
      },
      { source: join(folder, 'tokenizer.json'), field: 'sha256' },
    ],
    [
      'a manifest that is cut off',
      () => {
        writeFileSync(path, readFileSync(path).subarray(0, 500));
      },
      { source: path, expected: 'a JSON object' },
    ],
    [
      'a manifest that is a list',
      () => {
        writeFileSync(path, '[]');
      },
      { source: path, found: 'an array' },
    ],
    [
      'no manifest',
      () => {
        rmSync(path);
      },
      { source: path, found: 'no such file' },
    ],
  ];
  for (const [what, spoil, expected] of files) {
    it(`refuses ${what}`, async () => {
      spoil();
      await assertBadInput(openPackage(folder), expected);
    });
  }
});
