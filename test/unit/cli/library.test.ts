import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HubServer } from '../../fixtures/hub-server.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { runCli } from './run-cli.ts';

const REPOSITORY = 'owner/tiny';
const NAME = 'owner--tiny';

describe('command line: models, install, remove', () => {
  const folder = temporaryFolder();
  let server: HubServer;
  let models: string;
  let weights: Buffer;
  let count = 0;

  before(() => {
    const checkpoint = join(folder, 'checkpoint');
    writeRandomCheckpoint(checkpoint, randomConfig());
    weights = readFileSync(join(checkpoint, 'model.safetensors'));
  });
  beforeEach(async () => {
    server = await HubServer.start();
    server.add(REPOSITORY, {
      'config.json': readFileSync(join(folder, 'checkpoint', 'config.json')),
      'model.safetensors': weights,
      'tokenizer.json': readFileSync('test/fixtures/tokenizer/byte-level/tokenizer.json'),
    });
    models = join(folder, `models-${count++}`);
  });
  afterEach(() => server.stop());

  const args = (): string[] => ['install', REPOSITORY, '--endpoint', server.url, '--models', models];

  it('installs, lists, completes with and removes a model', async () => {
    const installed = await runCli(args());
    assert.equal(installed.code, 0, installed.stderr);
    const folderOfPackage = installed.stdout.trim();
    assert.equal(folderOfPackage, join(models, NAME, 'package'));
    assert.match(installed.stderr, /^Asking the hub .*\nDownloading [\s\S]*: 100 %\nConverting: 0 %/);

    const listed = await runCli(['models', '--models', models, '--json']);
    const {
      models: known,
      installed: there,
      machine,
    } = JSON.parse(listed.stdout) as {
      models: { id: string; verdict: string; reasons: { text: string }[] }[];
      installed: { name: string; state: string }[];
      machine: { bandwidth: number };
    };
    assert.deepEqual(
      there.map(({ name, state }) => [name, state]),
      [[NAME, 'installed']],
    );
    assert.ok(known.some(({ id }) => id === 'codestral-mamba-7b'));
    assert.ok(known.every(({ verdict, reasons }) => (verdict === 'good') === (reasons.length === 0)));
    assert.ok(machine.bandwidth > 1e8);

    const logits = await runCli(['logits', '--model', folderOfPackage, '--ids', '1,2,3']);
    assert.equal(logits.code, 0, logits.stderr);

    assert.equal((await runCli(['remove', REPOSITORY, '--models', models])).code, 0);
    assert.deepEqual(readdirSync(models), []);
    const again = await runCli(['remove', NAME, '--models', models]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /expected an installed model, found none of that name/);
  });

  it('lists what fits in words', async () => {
    const { code, stdout } = await runCli(['models', '--models', models]);
    assert.equal(code, 0);
    assert.match(stdout, /^codestral-mamba-7b {2}\[\w+\] {2}download 14\.6 GB, disk 4\.2 GB/m);
    assert.match(stdout, /: nothing\n$/);
  });

  it('a failure is one sentence', async () => {
    const { code, stdout, stderr } = await runCli(
      [...args(), '--revision', 'main', '--bits', '8'].with(1, 'owner/none'),
    );
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /status 404.*Check the name of the repository/);
  });

  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    it(`ended by ${signal} in the middle of a file, it goes on there`, async function () {
      if (process.platform === 'win32') this.skip();
      server.next(serveAsIs, serveAsIs, ({ serve }) => {
        serve(undefined, { stallAfter: 100_000 });
      });
      const first = start(args());
      const part = join(models, NAME, 'source', 'model.safetensors.part');
      while (!existsSync(part) || statSync(part).size < 100_000) await sleep(20);
      first.kill(signal);
      const [code] = (await once(first, 'exit')) as [number | null];
      assert.equal(code, signal === 'SIGINT' ? 1 : null);
      const { stdout } = await runCli(['models', '--models', models]);
      assert.match(stdout, /owner--tiny {2}.*not complete: install it again to go on/);
      const second = await runCli(args());
      assert.equal(second.code, 0, second.stderr);
      assert.equal(server.requestsFor('model.safetensors').at(-1)?.range, 'bytes=100000-');
    });
  }

  it('goes through the proxy that the environment names', async () => {
    const proxied: string[] = [];
    const proxy = createServer().on('connect', ({ url = '' }: IncomingMessage, socket) => {
      proxied.push(url);
      const [host, port] = url.split(':');
      const target = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        target.pipe(socket).pipe(target);
      });
      for (const end of [target, socket]) end.on('error', () => target.destroy());
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    try {
      const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const child = start(args(), { HTTP_PROXY: address, http_proxy: address, NO_PROXY: '', no_proxy: '' });
      const [code] = (await once(child, 'exit')) as [number | null];
      assert.equal(code, 0);
      assert.ok(proxied.length > 0);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it("the extension's bundle has no undici, which would take the editor's fetch over", () => {
    const has = (file: string): boolean => readFileSync(file, 'utf8').includes('EnvHttpProxyAgent');
    assert.deepEqual([has('out/extension.js'), has('out/cli.js')], [false, true]);
  });
});

function serveAsIs({ serve }: { serve: () => void }): void {
  serve();
}

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [resolve('out/cli.js'), ...args], {
    stdio: 'ignore',
    env: { ...process.env, ...env },
  });
}
