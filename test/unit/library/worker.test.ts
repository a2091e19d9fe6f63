import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import {
  LibraryError,
  openLibrary,
  StoppedError,
  type HubAccess,
  type InstallProgress,
  type Library,
} from '../../../engine/index.ts';
import { HubServer } from '../../fixtures/hub-server.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const REPOSITORY = 'owner/tiny';
const NAME = 'owner--tiny';
const MACHINE = { totalMemory: 16e9, freeMemory: 8e9, freeDisk: 100e9, bandwidth: 20e9 };

describe('library: worker', () => {
  const folder = temporaryFolder();
  let server: HubServer;
  let library: Library;
  let models: string;
  let hub: HubAccess;
  let files: Record<string, Buffer>;
  let count = 0;

  before(() => {
    writeRandomCheckpoint(join(folder, 'checkpoint'), randomConfig());
  });
  beforeEach(async () => {
    server = await HubServer.start();
    files = {
      'config.json': readFileSync(join(folder, 'checkpoint', 'config.json')),
      'model.safetensors': readFileSync(join(folder, 'checkpoint', 'model.safetensors')),
      'tokenizer.json': readFileSync('test/fixtures/tokenizer/byte-level/tokenizer.json'),
    };
    server.add(REPOSITORY, files);
    models = join(folder, `models-${count++}`);
    library = openLibrary({ worker: resolve('out/library.js'), models });
    hub = { endpoint: server.url, network: { proxy: null } };
  });
  afterEach(() => server.stop());

  const install = (change: { signal?: AbortSignal; onProgress?: (progress: InstallProgress) => void } = {}) =>
    library.install({
      which: REPOSITORY,
      hub,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      ...change,
    });
  const kindOf = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof LibraryError ? error.kind : String(error);
  };

  it('installs a model and tells of each phase; then lists, verifies and removes it', async () => {
    const phases: string[] = [];
    const installed = await install({ onProgress: ({ phase }) => phases.push(phase) });
    assert.deepEqual([...new Set(phases)], ['looking', 'downloading', 'converting']);
    assert.equal(installed.state, 'installed');
    assert.deepEqual(
      (await library.list()).map(({ name }) => name),
      [NAME],
    );
    await library.verify(NAME);
    writeFileSync(join(installed.package, 'weights.bin'), 'damaged');
    assert.equal(await kindOf(library.verify(NAME)), 'bad-input');
    await library.remove(NAME);
    assert.deepEqual(await library.list(), []);
    assert.equal(await kindOf(library.remove(NAME)), 'bad-input');
  });

  it('stops where it is told to, and goes on from there', async () => {
    const stop = new AbortController();
    const small = (files['config.json']?.length ?? 0) + (files['tokenizer.json']?.length ?? 0);
    server.everyTime(({ serve, path }) => {
      if (path.endsWith('.safetensors')) serve(undefined, { stallAfter: 40_000 });
      else serve();
    });
    const onProgress = (progress: InstallProgress): void => {
      if (progress.phase === 'downloading' && progress.bytes > small) stop.abort();
    };
    await assert.rejects(install({ signal: stop.signal, onProgress }), StoppedError);
    assert.equal(await library.hasPartial(), true);
    const [partial] = await library.list();
    assert.equal(partial?.state, 'partial');
    assert.equal(partial.isBusy, false);
    server.everyTime(undefined);
    assert.equal((await install()).state, 'installed');
    assert.equal(await library.hasPartial(), false);
    assert.match(server.requestsFor('model.safetensors').at(-1)?.range ?? '', /^bytes=[1-9]\d*-$/);
  });

  it('does not wait for a hub that never answers, once it is told to stop', async () => {
    server.intercept = () => true;
    const stop = new AbortController();
    const asking = library.inspect(REPOSITORY, MACHINE, hub, stop.signal);
    stop.abort();
    await assert.rejects(asking, StoppedError);
    const other = library.inspect(REPOSITORY, MACHINE, hub);
    library.stop();
    await assert.rejects(other, StoppedError);
  });

  it('asks about the repository that a model of the catalogue is installed from', async () => {
    await library.inspect('state-spaces/mamba2-130m', MACHINE, hub).catch(() => undefined);
    assert.match(server.seen[0]?.path ?? '', /AntonV\/mamba2-130m-hf/);
  });

  it('says what kind of failure it was', async () => {
    server.token = 'secret';
    assert.equal(await kindOf(install()), 'gated');
    hub = { ...hub, token: 'secret' };
    assert.equal(await kindOf(library.inspect('owner/missing', MACHINE, hub)), 'not-found');
    server.add('owner/pickled', { 'config.json': '{}', 'pytorch_model.bin': 'x' });
    assert.equal(await kindOf(library.inspect('owner/pickled', MACHINE, hub)), 'unusable');
    server.add('owner/other', { ...files, 'config.json': '{"model_type":"llama"}' });
    assert.equal(await kindOf(library.inspect('owner/other', MACHINE, hub)), 'bad-input');
    const mute = Object.entries(files).filter(([path]) => path !== 'tokenizer.json');
    server.add('owner/mute', Object.fromEntries(mute));
    assert.equal(await kindOf(library.inspect('owner/mute', MACHINE, hub)), 'unusable');
    assert.equal((await install()).state, 'installed');
  });

  it('lets only one at a time work on a model', async () => {
    server.everyTime(({ serve, path }) => {
      if (path.endsWith('.safetensors')) serve(undefined, { stallAfter: 1000 });
      else serve();
    });
    const stop = new AbortController();
    const started = new Promise<void>((done) => {
      void install({
        signal: stop.signal,
        onProgress: ({ phase }) => {
          if (phase === 'downloading') done();
        },
      }).catch(() => undefined);
    });
    await started;
    assert.equal(await kindOf(install()), 'held');
    stop.abort();
  });

  it('tells what a repository holds without loading its weights', async () => {
    const { licence, fit } = await library.inspect(REPOSITORY, MACHINE, hub);
    assert.equal(licence, 'apache-2.0');
    assert.equal(fit.verdict, 'good');
    assert.equal(fit.downloadBytes, files['model.safetensors']?.length);
    // 2 layers of 64 channels, 4 heads of 32, 16 states, 640 tokens: by the shapes that the model has.
    assert.equal(fit.model.stateBytes, 4 * 2 * (4 * 32 * 16 + 3 * (4 * 32 + 2 * 16)));
    assert.equal(fit.model.headParameters, 640 * 64);
    assert.equal(server.requestsFor('model.safetensors').length, 0);
  });

  it('surveys the machine, with a bandwidth that is known or measured', async () => {
    mkdirSync(models);
    const known = await library.survey({ known: 1e6, measures: false });
    assert.equal(known.machine.bandwidth, 1e6);
    assert.ok(known.fits.length > 5 && known.fits.every(({ recommended }) => !recommended));
    const first = await library.survey({ known: undefined, measures: false });
    assert.ok(first.machine.bandwidth > 1e8);
    const again = await library.survey({ known: 1e6, measures: true });
    assert.ok(again.machine.bandwidth > 1e8);
    const best = await library.survey({ known: 1e15, measures: true });
    assert.equal(best.machine.bandwidth, 1e15);
  });

  it('goes through the proxy that it is given, with its authorization, and leaves hosts out', async () => {
    const seen: (string | undefined)[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, client) => {
      seen.push(request.headers['proxy-authorization']);
      const [host = '', port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    try {
      const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      hub = { ...hub, network: { proxy: address, proxyAuthorization: 'Basic abc', noProxy: [] } };
      assert.equal((await install()).state, 'installed');
      assert.ok(seen.length > 0);
      assert.deepEqual([...new Set(seen)], ['Basic abc']);
      seen.length = 0;
      hub = { ...hub, network: { proxy: address, noProxy: ['127.0.0.1'] } };
      await library.inspect(REPOSITORY, MACHINE, hub);
      assert.deepEqual(seen, []);
      hub = { ...hub, network: { proxy: 'socks5://127.0.0.1:1' } };
      assert.equal(await kindOf(library.inspect(REPOSITORY, MACHINE, hub)), 'bad-input');
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it('leaves nothing behind of what cannot be installed', async () => {
    assert.equal(await kindOf(library.inspect('no-owner', MACHINE, hub)), 'bad-input');
    server.add('owner/other', { ...files, 'config.json': '{"model_type":"llama"}' });
    const failed = library.install({
      which: 'owner/other',
      hub,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    assert.equal(await kindOf(failed), 'bad-input');
    assert.equal(existsSync(join(models, 'owner--other')), false);
  });
});
