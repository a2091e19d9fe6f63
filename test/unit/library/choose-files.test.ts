import assert from 'node:assert/strict';
import { chooseFiles, shardsOf } from '../../../engine/library/hub/choose-files.ts';
import { HubError } from '../../../engine/library/hub/errors.ts';
import type { HubFile } from '../../../engine/library/hub/part-file.ts';
import type { Repository } from '../../../engine/library/hub/repository.ts';

function repository(...names: (string | [name: string, bytes: number])[]): Repository {
  const files = names.map((entry): HubFile => {
    const [path, bytes] = typeof entry === 'string' ? [entry, 10] : entry;
    return { path, bytes, digest: { algorithm: 'git-sha1', value: '0'.repeat(40) } };
  });
  return { name: 'owner/model', revision: '0'.repeat(40), licence: null, files };
}

function chosen(...names: string[]): { small: string[]; weights: string } {
  const { small, weights } = chooseFiles(repository(...names));
  return { small: small.map(({ path }) => path), weights: 'index' in weights ? weights.index : weights.path };
}

const SHARDS = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];

describe('library: the files that a model needs', () => {
  it("Codestral Mamba's repository: the Hugging Face shards by their index, and not the other 14.6 GB", () => {
    const codestral = [
      '.gitattributes',
      'README.md',
      'config.json',
      'consolidated.safetensors',
      'generation_config.json',
      ...SHARDS,
    ];
    const more = [
      'model.safetensors.index.json',
      'params.json',
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer.model',
      'tokenizer.model.v3',
      'tokenizer_config.json',
    ];
    assert.deepEqual(chosen(...codestral, ...more), {
      small: ['config.json', 'model.safetensors.index.json', 'tokenizer.json', 'tokenizer.model'],
      weights: 'model.safetensors.index.json',
    });
  });

  it("Mistral's layout, where there is no other", () => {
    assert.deepEqual(chosen('params.json', 'consolidated.safetensors', 'tokenizer.model.v3'), {
      small: ['params.json', 'tokenizer.model.v3'],
      weights: 'consolidated.safetensors',
    });
    const { small } = chosen('config.json', 'params.json', 'consolidated.safetensors', 'tokenizer.json');
    assert.deepEqual(small, ['params.json', 'tokenizer.json']);
  });

  it('one file where there are also shards of it', () => {
    const small = ['config.json', 'tokenizer.json'];
    const names = [...small, 'model.safetensors', 'model.safetensors.index.json', ...SHARDS];
    assert.deepEqual(chosen(...names), { small, weights: 'model.safetensors' });
  });

  it('files in folders are another model', () => {
    assert.throws(() => chosen('config.json', 'original/model.safetensors'), HubError);
  });

  const nothing: [names: string[], found: RegExp][] = [
    [['config.json', 'pytorch_model.bin'], /^pytorch_model\.bin, a format that can run code/],
    [['README.md'], /^no weights$/],
    [['config.json', 'model.safetensors'], /^no tokenizer$/],
    [['model.safetensors', 'adapter_config.json'], /^model\.safetensors, adapter_config\.json$/],
  ];
  for (const [names, found] of nothing) {
    it(`${names.join(', ')}: says what is missing`, () => {
      assert.throws(
        () => chosen(...names),
        (error: unknown) =>
          error instanceof HubError && error.kind === 'unusable' && found.test(error.input.found),
      );
    });
  }

  it('a config of a gigabyte is none', () => {
    assert.throws(
      () => chooseFiles(repository(['config.json', 1e9], 'model.safetensors')),
      /config\.json of at most/,
    );
  });

  it('the shards of an index, each once', () => {
    const index = { weight_map: { a: SHARDS[1], b: SHARDS[0], c: SHARDS[1] } };
    assert.deepEqual(
      shardsOf(repository(...SHARDS), index).map(({ path }) => path),
      [SHARDS[1], SHARDS[0]],
    );
  });

  for (const map of [
    undefined,
    null,
    {},
    { a: 'model-3.safetensors' },
    { a: '../x.safetensors' },
    { a: 'config.json' },
    { a: 7 },
  ]) {
    it(`an index of ${JSON.stringify(map)} is refused`, () => {
      const files = repository(...SHARDS, 'config.json', '../x.safetensors');
      assert.throws(() => shardsOf(files, { weight_map: map }), HubError);
    });
  }
});
