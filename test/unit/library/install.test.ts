import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BadInputError } from '../../../engine/errors.ts';
import {
  HubError,
  install,
  listModels,
  removeModel,
  verifyModel,
  type InstalledModel,
  type InstallOptions,
  type InstallProgress,
} from '../../../engine/library/index.ts';
import { convert } from '../../../engine/weights/convert.ts';
import { openPackage } from '../../../engine/weights/package.ts';
import { assertBadInput } from '../../fixtures/bad-input.ts';
import { COMMIT, HubServer, sha256 } from '../../fixtures/hub-server.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { shardCheckpoint } from '../../fixtures/shard-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const REPOSITORY = 'Owner/Tiny-Model';
const NAME = 'owner--tiny-model';
const TOKENIZER = readFileSync('test/fixtures/tokenizer/byte-level/tokenizer.json');

describe('library: install', () => {
  const folder = temporaryFolder();
  const checkpoint = join(folder, 'checkpoint');
  let server: HubServer;
  let models: string;
  let files: Record<string, Buffer>;
  let count = 0;

  before(() => {
    writeRandomCheckpoint(checkpoint, randomConfig());
  });
  beforeEach(async () => {
    server = await HubServer.start();
    files = { ...filesOf(checkpoint), 'tokenizer.json': TOKENIZER, 'README.md': Buffer.from('# A model') };
    server.add(REPOSITORY, files);
    models = join(folder, `models-${count++}`);
  });
  afterEach(() => server.stop());

  const run = (options: Partial<InstallOptions> = {}, which = REPOSITORY): Promise<InstalledModel> =>
    install(which, {
      models,
      endpoint: options.endpoint ?? server.url,
      retry: { sleep: () => Promise.resolve() },
      ...options,
    });

  const failToConvert = (): Promise<void> =>
    assert.rejects(run({ convert: () => Promise.reject(new Error('stop')) }), /stop/);

  /** Offers the checkpoint in three shards, and stops while they are converted. */
  const stopWithinShards = async (name: string): Promise<void> => {
    const sharded = join(folder, name);
    shardCheckpoint(checkpoint, sharded, 3);
    server.add(REPOSITORY, { ...filesOf(sharded), 'tokenizer.json': TOKENIZER });
    const stop = new AbortController();
    let strips = 0;
    const onProgress = ({ phase }: InstallProgress): void => {
      if (phase === 'converting' && strips++ === 2) stop.abort();
    };
    await assert.rejects(run({ signal: stop.signal, onProgress }), { name: 'AbortError' });
  };

  it('makes the package that convert makes of the same checkpoint, and leaves nothing else', async () => {
    const phases: InstallProgress[] = [];
    const installed = await run({ onProgress: (progress) => phases.push(progress) });
    const { manifest } = await openPackage(installed.package);
    const direct = join(folder, 'direct');
    const expected = await convert({ source: checkpoint, destination: direct, bits: 4 });
    assert.equal(manifest.weights.sha256, expected.weights.sha256);
    assert.equal(manifest.tokenizer?.sha256, sha256(TOKENIZER));
    assert.deepEqual(readdirSync(join(models, NAME)).sort(), ['package', 'record.json']);
    assert.deepEqual(
      [...new Set(phases.map(({ phase }) => phase))],
      ['looking', 'downloading', 'converting'],
    );
    const last = phases.findLast((progress) => progress.phase === 'downloading');
    const total = sum(
      ['config.json', 'model.safetensors', 'tokenizer.json'].map((name) => files[name]?.length ?? 0),
    );
    assert.equal(last?.bytes, total);
    assert.equal(last.total, total);
  });

  it('records where the model came from, with the hashes of its source', async () => {
    const { record, state, isBusy, bytes } = await run();
    assert.equal(state, 'installed');
    assert.equal(isBusy, false);
    assert.ok(bytes > 10_000);
    const { files: sources, ...rest } = record;
    assert.deepEqual(rest, {
      version: 1,
      title: REPOSITORY,
      endpoint: server.url,
      repository: REPOSITORY,
      requested: 'main',
      revision: COMMIT,
      licence: 'apache-2.0',
      fim: null,
      bits: 4,
      block: null,
    });
    const weights = sources?.find(({ path }) => path === 'model.safetensors');
    assert.deepEqual(weights?.digest, {
      algorithm: 'sha256',
      value: sha256(files['model.safetensors'] ?? Buffer.of()),
    });
    assert.deepEqual(
      sources?.map(({ path }) => path),
      ['config.json', 'tokenizer.json', 'model.safetensors'],
    );
  });

  it('an installed model is not asked for again', async () => {
    await run();
    const before = server.seen.length;
    assert.equal((await run()).state, 'installed');
    assert.equal(server.seen.length, before);
  });

  it('sharded weights, a duplicate of them in the other layout, and old shards: only those of the index are loaded', async () => {
    const sharded = join(folder, 'sharded');
    shardCheckpoint(checkpoint, sharded, 3);
    const many = filesOf(sharded);
    server.add(REPOSITORY, {
      ...many,
      'tokenizer.json': TOKENIZER,
      'params.json': '{}',
      'consolidated.safetensors': 'x',
      'model-00001-of-00002.safetensors': 'old',
      'pytorch_model.bin': 'pickled',
    });
    const { record } = await run();
    const loaded = record.files?.map(({ path }) => path) ?? [];
    const shards = [1, 2, 3].map((shard) => `model-0000${shard}-of-00003.safetensors`);
    assert.deepEqual(loaded, ['config.json', 'model.safetensors.index.json', 'tokenizer.json', ...shards]);
    assert.equal(server.requestsFor('consolidated.safetensors').length, 0);
  });

  it('cancelled at every point, it goes on where it was', async () => {
    let steps = 0;
    for (; steps < 200; steps++) {
      const stop = new AbortController();
      let left = steps;
      const onProgress = (): void => {
        if (left-- === 0) stop.abort();
      };
      const finished = await run({ signal: stop.signal, onProgress }).then(
        () => true,
        (error: unknown) => {
          assert.equal((error as Error).name, 'AbortError');
          return false;
        },
      );
      if (finished) break;
      assert.ok(!existsSync(join(models, NAME, 'lock')), 'the lock is released');
      const [partial] = await listModels(models);
      assert.notEqual(partial?.state, 'installed');
    }
    assert.ok(steps > 5, `cancelled ${steps} times`);
    await verifyModel(models, NAME);
    assert.equal(
      server.requestsFor('model.safetensors').filter(({ range }) => range === undefined).length <= 2,
      true,
    );
  });

  it('shards go as they are converted, and a conversion that was stopped between two goes on without the hub', async () => {
    const sharded = join(folder, 'sharded-3');
    shardCheckpoint(checkpoint, sharded, 3);
    server.add(REPOSITORY, { ...filesOf(sharded), 'tokenizer.json': TOKENIZER });
    const endpoint = server.url;
    const source = join(models, NAME, 'source');
    const shards = (): number => readdirSync(source).filter((name) => name.endsWith('.safetensors')).length;
    const stop = new AbortController();
    const onProgress = ({ phase }: InstallProgress): void => {
      if (phase === 'converting' && shards() === 2) stop.abort();
    };
    await assert.rejects(run({ signal: stop.signal, onProgress }), { name: 'AbortError' });
    assert.equal(shards(), 2);
    await server.stop();
    const { package: installed } = await run({ endpoint });
    const direct = join(folder, 'direct-3');
    const expected = await convert({ source: sharded, destination: direct, bits: 4 });
    assert.equal((await openPackage(installed)).manifest.weights.sha256, expected.weights.sha256);
    server = await HubServer.start();
  });

  it('shards that went without having been converted are loaded again, and only those', async () => {
    await stopWithinShards('sharded-4');
    const second = 'model-00002-of-00003.safetensors';
    rmSync(join(models, NAME, 'source', second));
    const before = server.seen.length;
    assert.equal((await run()).state, 'installed');
    const loaded = server.seen.slice(before).filter(({ server: which }) => which === 'storage');
    assert.deepEqual(
      loaded.map(({ path }) => path),
      [`/${REPOSITORY}/${second}`],
    );
  });

  it('what has arrived is converted without the hub', async () => {
    await failToConvert();
    const [partial] = await listModels(models);
    assert.equal(partial?.state, 'partial');
    const endpoint = server.url;
    await server.stop();
    assert.equal((await run({ endpoint })).state, 'installed');
    server = await HubServer.start();
  });

  it('the same commit is gone on with, though the branch has moved', async () => {
    await failToConvert();
    rmSync(join(models, NAME, 'source', 'config.json'));
    await run();
    const asked = server.seen
      .filter(({ path }) => path.includes('/revision/'))
      .map(({ path }) => path.split('/').at(-1));
    assert.deepEqual(asked, ['main', COMMIT]);
  });

  it('a commit that is gone is not waited for', async () => {
    await failToConvert();
    rmSync(join(models, NAME, 'source', 'config.json'));
    server.intercept = (request, response) => {
      const isGone = request.url?.includes(COMMIT) === true && request.url.includes('/revision/');
      if (isGone) response.writeHead(404, { 'X-Error-Code': 'RevisionNotFound' }).end('{}');
      return isGone;
    };
    assert.equal((await run()).state, 'installed');
  });

  it('a repository in another case is the same', async () => {
    await failToConvert();
    const before = server.seen.length;
    await run({}, REPOSITORY.toLowerCase());
    assert.equal(server.seen.length, before);
  });

  it('what was converted of another revision does not count', async () => {
    await stopWithinShards('sharded-5');
    server.add(REPOSITORY, files);
    await run({ revision: 'v2' });
    const { manifest } = await openPackage(join(models, NAME, 'package'));
    assert.deepEqual(
      manifest.source?.map(({ file }) => file),
      ['model.safetensors'],
    );
  });

  it('other bits of the same model stand beside it', async () => {
    await run();
    const eight = await run({ bits: 8 });
    assert.equal(eight.name, `${NAME}-8bit`);
    assert.equal((await openPackage(eight.package)).manifest.bits, 8);
    assert.deepEqual(
      (await listModels(models)).map(({ name }) => name),
      [NAME, `${NAME}-8bit`],
    );
  });

  it('the source stays if it is to be kept', async () => {
    await run({ keepsSource: true });
    assert.ok(existsSync(join(models, NAME, 'source', 'model.safetensors')));
  });

  it('an architecture that is not supported is told before its weights are loaded, and leaves nothing', async () => {
    server.add(REPOSITORY, { ...files, 'config.json': JSON.stringify({ model_type: 'falcon_h1' }) });
    await assertBadInput(run(), { field: 'model_type', found: '"falcon_h1"' });
    assert.equal(server.requestsFor('model.safetensors').length, 0);
    assert.deepEqual(readdirSync(models), []);
  });

  it('a repository without safetensors says so, and what else', async () => {
    server.add(REPOSITORY, { 'config.json': '{}', 'pytorch_model.bin': 'pickled' });
    await assertBadInput(run(), {
      source: REPOSITORY,
      expected: 'weights in safetensors',
      found: /^pytorch_model\.bin, a format that can run code/,
      action: /conversions often carry -hf/,
    });
    assert.deepEqual(readdirSync(models), []);
  });

  it('a gated model says how to give a token, and takes it', async () => {
    server.token = 'hf_good';
    await assert.rejects(run(), (error: unknown) => error instanceof HubError && error.kind === 'gated');
    assert.equal((await run({ token: 'hf_good' })).state, 'installed');
    const leaked = server.seen.filter(
      ({ server: which, authorization }) => which === 'storage' && authorization !== undefined,
    );
    assert.deepEqual(leaked, []);
  });

  it('a repository that does not exist', async () => {
    await assertBadInput(run({}, 'owner/none'), { found: /status 404/ });
    assert.deepEqual(readdirSync(models), []);
  });

  for (const name of ['none', '../../etc/passwd', 'a/b/c', 'a/..', '']) {
    it(`"${name}" is no repository`, async () => {
      await assertBadInput(run({}, name), { source: 'repository', expected: 'OWNER/NAME' });
      assert.equal(server.seen.length, 0);
    });
  }

  it('a page for people in place of the API', async () => {
    server.intercept = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      return true;
    };
    await assertBadInput(run(), { source: server.url, action: /endpoint/ });
  });

  it('a mirror that is busy is asked again', async () => {
    let busy = 3;
    server.intercept = (_, response) => {
      if (busy-- <= 0) return false;
      response.writeHead(503).end();
      return true;
    };
    assert.equal((await run()).state, 'installed');
  });

  it('too little space is told before the weights are loaded', async () => {
    const statfs = () => Promise.resolve({ bavail: 1, bsize: 4096 });
    await assertBadInput(run({ statfs }), { expected: /bytes of free space/, found: '4096 bytes' });
    assert.equal(server.requestsFor('model.safetensors').length, 0);
  });

  it('two at once: the second is told that the first is at work', async () => {
    let second: unknown;
    await run({
      onProgress: ({ phase }) => {
        if (phase === 'downloading') second ??= run().catch((error: unknown) => error);
      },
      convert: async (options) => {
        second = await second;
        assert.equal((await listModels(models))[0]?.isBusy, true);
        return convert(options);
      },
    });
    assert.ok(second instanceof BadInputError);
    assert.equal(second.input.found, `process ${process.pid}`);
  });

  describe('installed models', () => {
    it('damage is found when it is looked for', async () => {
      const { package: installed } = await run();
      await verifyModel(models, NAME);
      const weights = join(installed, 'weights.bin');
      const bytes = readFileSync(weights);
      bytes[100] = (bytes[100] ?? 0) ^ 1;
      writeFileSync(weights, bytes);
      await assertBadInput(verifyModel(models, NAME), { source: weights, field: 'sha256' });
    });

    it('a removed model is gone, and can be installed again', async () => {
      await run();
      await removeModel(models, NAME);
      assert.deepEqual(readdirSync(models), []);
      assert.equal((await run()).state, 'installed');
    });

    it('so is a partial one', async () => {
      await failToConvert();
      await removeModel(models, NAME);
      assert.deepEqual(readdirSync(models), []);
    });

    it('one that is being installed is not removed', async () => {
      await run({
        convert: async (options) => {
          await assertBadInput(removeModel(models, NAME), { found: `process ${process.pid}` });
          return convert(options);
        },
      });
      assert.equal((await listModels(models)).length, 1);
    });

    for (const name of ['none', '..', '.', '.removed-x']) {
      it(`there is no "${name}" to remove or verify`, async () => {
        await run();
        await assertBadInput(removeModel(models, name), { field: name, found: 'none of that name' });
        await assertBadInput(verifyModel(models, name), { field: name });
        assert.ok(statSync(join(models, NAME)).isDirectory());
      });
    }

    it('what is no model, and what a removal left, is not listed', async () => {
      await run();
      for (const other of ['.removed-1', 'notes']) {
        mkdirSync(join(models, other));
      }
      assert.deepEqual(
        (await listModels(models)).map(({ name }) => name),
        [NAME],
      );
      assert.deepEqual(await listModels(join(folder, 'nowhere')), []);
    });
  });
});

function filesOf(folder: string): Record<string, Buffer> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
