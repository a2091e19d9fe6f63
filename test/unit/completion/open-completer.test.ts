import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCompleter } from '../../../engine/completion/open-completer.ts';
import { NotEnoughMemoryError } from '../../../engine/errors.ts';
import { assertBadInput } from '../../fixtures/bad-input.ts';
import '../../fixtures/private-runtime.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const TOKENIZER = 'test/fixtures/tokenizer/byte-level/tokenizer.json';

describe('openCompleter', () => {
  const root = temporaryFolder();
  const checkpoint = (vocabularySize: number): string => {
    const folder = join(root, String(vocabularySize));
    writeRandomCheckpoint(folder, randomConfig({ vocabularySize }));
    return folder;
  };

  it('says what it has loaded', async () => {
    const folder = checkpoint(640);
    copyFileSync(TOKENIZER, join(folder, 'tokenizer.json'));
    const opened = await openCompleter(folder, 1);
    const { loadMs, parameters, hash, ...rest } = opened.info;
    assert.match(hash, /^[0-9a-f]{64}$/);
    assert.ok(loadMs > 0 && parameters > 0);
    assert.deepEqual(rest, {
      name: '640',
      directory: folder,
      layers: 2,
      bits: 32,
      vocabularySize: 640,
      fimFormat: 'mamba-complete',
      fimFormats: ['mamba-complete', 'continuation'],
      threads: 1,
      stateBytes: 2 * (4 * 32 * 16 + 3 * (128 + 32)) * 4,
    });
    await opened.close();
  });

  it('refuses a model for which there is too little memory, whatever kind of folder it is', async () => {
    const folder = checkpoint(641);
    copyFileSync(TOKENIZER, join(folder, 'tokenizer.json'));
    const input = { source: folder, field: 'memory', expected: '0.1 GiB free', found: '0.0 GiB free' };
    await assertBadInput(openCompleter(folder, 1, undefined, { availableBytes: 1000 }), input);
    await (await openCompleter(folder, 1, undefined, { availableBytes: 2 ** 40 })).close();
  });

  it('takes the format that measuring has found for these weights, if the vocabulary allows it', async () => {
    const folder = checkpoint(640);
    copyFileSync(TOKENIZER, join(folder, 'tokenizer.json'));
    const formatWith = async (formats: (hash: string) => Record<string, string>): Promise<string> => {
      const first = await openCompleter(folder, 1);
      await first.close();
      const second = await openCompleter(folder, 1, undefined, { formats: formats(first.info.hash) });
      await second.close();
      return second.info.fimFormat;
    };
    assert.equal(await formatWith((hash) => ({ [hash]: 'continuation' })), 'continuation');
    assert.equal(await formatWith((hash) => ({ [hash]: 'mistral' })), 'mamba-complete');
    assert.equal(await formatWith(() => ({ other: 'continuation' })), 'mamba-complete');
  });

  it('refuses a tokenizer with more tokens than the model has', async () => {
    const folder = checkpoint(599);
    copyFileSync(TOKENIZER, join(folder, 'tokenizer.json'));
    await assertBadInput(openCompleter(folder, 1), {
      source: folder,
      field: 'tokenizer',
      expected: /599/,
      found: '600 tokens',
    });
  });

  it('refuses a checkpoint that is too large before it is converted', async () => {
    const folder = checkpoint(640);
    copyFileSync(TOKENIZER, join(folder, 'tokenizer.json'));
    // There is nothing to convert.
    writeFileSync(join(folder, 'model.safetensors'), '');
    await assert.rejects(openCompleter(folder, 1, undefined, { availableBytes: 1e6 }), NotEnoughMemoryError);
  });

  it('refuses a model without a tokenizer', async () => {
    const folder = checkpoint(64);
    await assertBadInput(openCompleter(folder, 1), { source: folder, expected: /tokenizer/ });
  });
});
