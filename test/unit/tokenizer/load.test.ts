import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { BadInputError } from '../../../engine/errors.ts';
import { loadTokenizer } from '../../../engine/tokenizer/index.ts';
import { sentencePieceFile } from './sentencepiece-file.ts';

const byteLevel = 'test/fixtures/tokenizer/byte-level/tokenizer.json';

describe('loadTokenizer', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tokenizer-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = (name: string, content: string | Uint8Array): Promise<void> =>
    writeFile(join(folder, name), content);

  async function refuses(
    part: Partial<Record<'field' | 'expected' | 'found', RegExp>>,
    source = folder,
  ): Promise<void> {
    await assert.rejects(loadTokenizer(source), (error) => {
      assert.ok(error instanceof BadInputError);
      assert.ok(error.input.source.startsWith(source), error.input.source);
      assert.notEqual(error.input.action, '');
      for (const [key, pattern] of Object.entries(part))
        assert.match(error.input[key as keyof typeof part] ?? '(none)', pattern);
      return true;
    });
  }

  it('takes tokenizer.json first', async () => {
    await put('tokenizer.json', await readFile(byteLevel));
    await put('tokenizer.model', sentencePieceFile());
    assert.equal((await loadTokenizer(folder)).special('<|suffix|>'), 4);
  });

  it('takes tokenizer.model, tokenizer.model.v3 or another .model file', async () => {
    for (const name of ['tokenizer.model', 'tokenizer.model.v3', 'mistral_240323.model.v3', 'spiece.model']) {
      await put(name, sentencePieceFile());
      assert.equal((await loadTokenizer(folder)).special('</s>'), 2, name);
      await rm(join(folder, name));
    }
  });

  it('passes over a tokenizer.json of another kind if a SentencePiece model stands beside it', async () => {
    const metaspace = {
      model: { type: 'BPE', vocab: { a: 0 }, merges: [] },
      pre_tokenizer: { type: 'Metaspace' },
    };
    await put('tokenizer.json', JSON.stringify(metaspace));
    await refuses({ field: /^pre_tokenizer$/, expected: /ByteLevel/, found: /Metaspace/ });
    await put('tokenizer.model.v3', sentencePieceFile());
    assert.equal((await loadTokenizer(folder)).special('</s>'), 2);
  });

  it('says that a folder has no tokenizer', async () => {
    await put('config.json', '{}');
    await refuses({ expected: /tokenizer\.json, tokenizer\.model/, found: /^none$/ });
  });

  it('says that there is no such folder', () =>
    refuses({ found: /no such file or folder/ }, join(folder, 'nowhere')));

  it('says that a tokenizer.json is no JSON, whatever stands beside it', async () => {
    await put('tokenizer.json', '<!doctype html><title>404</title>');
    await put('tokenizer.model', sentencePieceFile());
    await refuses({ expected: /^JSON$/, found: /33 characters/ });
  });

  const model = { type: 'BPE', vocab: { a: 0 }, merges: [] };
  const pre_tokenizer = { type: 'ByteLevel', add_prefix_space: false };
  const broken: [string, unknown, RegExp, RegExp][] = [
    ['a list', [], /\(root\)/, /\[\]/],
    ['no model', { pre_tokenizer }, /^model$/, /nothing/],
    ['another model', { model: { ...model, type: 'Unigram' }, pre_tokenizer }, /^model\.type$/, /"Unigram"/],
    ['no vocabulary', { model: { type: 'BPE', merges: [] }, pre_tokenizer }, /^model\.vocab$/, /nothing/],
    [
      'an id that is no number',
      { model: { ...model, vocab: { b: '1' } }, pre_tokenizer },
      /model\.vocab\["b"\]/,
      /"1"/,
    ],
    [
      'a huge id',
      { model: { ...model, vocab: { b: 1e12 } }, pre_tokenizer },
      /model\.vocab\["b"\]/,
      /1000000000000/,
    ],
    ['no merges', { model: { type: 'BPE', vocab: {} }, pre_tokenizer }, /^model\.merges$/, /nothing/],
    [
      'a broken token',
      { model, pre_tokenizer, added_tokens: [{ id: 1 }] },
      /added_tokens\[0\]\.content/,
      /nothing/,
    ],
  ];
  for (const [what, content, field, found] of broken) {
    it(`names the field of a tokenizer.json with ${what}`, async () => {
      await put('tokenizer.json', JSON.stringify(content));
      await refuses({ field, found });
    });
  }
});
