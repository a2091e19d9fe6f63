import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { HubClient } from '../../../engine/library/hub/client.ts';
import { downloadFile, type DownloadOptions } from '../../../engine/library/hub/download-file.ts';
import { HubError, HubUnavailableError } from '../../../engine/library/hub/errors.ts';
import type { HubFile } from '../../../engine/library/hub/part-file.ts';
import { COMMIT, gitOid, HubServer, sha256, type Fault } from '../../fixtures/hub-server.ts';
import { seededRandom } from '../../../engine/seeded-random.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const BYTES = 1_000_000;
const NAME = 'model.safetensors';
const CONTENT = randomBytes(BYTES, 1);
const FILE: HubFile = { path: NAME, bytes: BYTES, digest: { algorithm: 'sha256', value: sha256(CONTENT) } };

const status =
  (code: number, headers: Record<string, string> = {}): Fault =>
  ({ response }) => {
    response.writeHead(code, headers).end('{}');
  };
const page =
  (type: string): Fault =>
  ({ response }) => {
    response.writeHead(200, { 'content-type': type }).end('<!DOCTYPE html><title>Sign in</title>');
  };

describe('library: download of one file', () => {
  const folder = temporaryFolder();
  let server: HubServer;
  let target: string;
  let waits: number[];
  let count = 0;
  let arrived: { bytes: number; then: () => void }[];

  beforeEach(async () => {
    server = await HubServer.start();
    server.add('owner/model', { [NAME]: CONTENT });
    target = join(folder, `${count++}`, NAME);
    mkdirSync(join(target, '..'));
    waits = [];
    arrived = [];
  });
  afterEach(() => server.stop());

  const download = (
    options: Partial<DownloadOptions> & { token?: string } = {},
    file = FILE,
  ): Promise<void> =>
    downloadFile(`${server.url}/owner/model/resolve/${COMMIT}/${file.path}`, file, target, {
      client: new HubClient({ endpoint: server.url, token: options.token }),
      retry: { sleep: (ms) => Promise.resolve(void waits.push(ms)), random: () => 1 },
      ...options,
      onBytes: async (bytes) => {
        await options.onBytes?.(bytes);
        for (const cutting of arrived.filter((waiting) => waiting.bytes === bytes)) cutting.then();
      },
    });

  /** Cuts the connection as soon as so many bytes of the body have arrived: what the client has not read yet would be lost. */
  const cut =
    (bytes: number, options: { ignoresRange?: boolean; content?: Buffer; etag?: string } = {}): Fault =>
    ({ serve, request, response }) => {
      const { content, ...rest } = options;
      const from =
        options.ignoresRange === true ? 0 : Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      arrived.push({ bytes: from + bytes, then: () => response.socket?.end() });
      serve(content, { ...rest, stallAfter: bytes });
    };

  const assertWhole = (): void => {
    assert.ok(readFileSync(target).equals(CONTENT), 'the content is right');
    assert.ok(!existsSync(`${target}.part`), 'no part is left');
    assert.ok(!existsSync(`${target}.part.json`), 'no record is left');
  };

  const failure = async (promise: Promise<unknown>): Promise<Error> => {
    const error: unknown = await promise.then(
      () => assert.fail('no error'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error);
    assert.ok(!existsSync(target), 'nothing stands under the final name');
    return error;
  };

  const assertHubError = async (promise: Promise<unknown>, kind: string, message: RegExp): Promise<void> => {
    const error = await failure(promise);
    assert.ok(error instanceof HubError, String(error));
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
  };

  it('arrives whole, from the server that the hub redirects to', async () => {
    await download();
    assertWhole();
    assert.deepEqual(
      server.seen.map(({ server: which }) => which),
      ['hub', 'storage'],
    );
  });

  it('cut twenty times in the middle: goes on where it was each time', async () => {
    server.next(...Array.from({ length: 20 }, () => cut(40_000)));
    await download();
    assertWhole();
    const requests = server.requestsFor(NAME);
    assert.equal(requests.length, 21);
    assert.equal(requests[0]?.range, undefined);
    const starts = requests.slice(1).map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]));
    assert.deepEqual(
      starts,
      starts.map((_, index) => 40_000 * (index + 1)),
    );
    assert.ok(requests.slice(1).every(({ ifRange }) => ifRange?.startsWith('"')));
    assert.ok(
      waits.every((ms) => ms === 1000),
      'progress begins the waits again',
    );
  });

  it('Range refused with 200: the file begins again, and nothing is there twice', async () => {
    server.next(cut(300_000), ({ serve }) => {
      serve(undefined, { ignoresRange: true });
    });
    await download();
    assertWhole();
    assert.deepEqual(
      server.requestsFor(NAME).map(({ range }) => range),
      [undefined, 'bytes=300000-'],
    );
  });

  it('Range refused and cut again and again: gives up in the end', async () => {
    server.everyTime(cut(300_000, { ignoresRange: true }));
    assert.ok((await failure(download())) instanceof HubUnavailableError);
    assert.equal(server.requestsFor(NAME).length, 6);
  });

  it('Range not satisfiable: begins again', async () => {
    server.next(cut(300_000), status(416));
    await download();
    assertWhole();
    assert.equal(server.requestsFor(NAME).at(-1)?.range, undefined);
  });

  it('another part than was asked for: begins again', async () => {
    server.next(cut(300_000), ({ response, content }) => {
      response.writeHead(206, { 'content-range': `bytes 0-${BYTES - 1}/${BYTES}` }).end(content);
    });
    await download();
    assertWhole();
  });

  it('another content at the same address (If-Range): begins again', async () => {
    server.next(cut(300_000, { content: randomBytes(BYTES, 2) }));
    await download();
    assertWhole();
    assert.equal(waits.length, 1);
  });

  it('a weak ETag is not asked about', async () => {
    server.next(cut(300_000, { etag: 'W/"weak"' }));
    await download();
    assertWhole();
    assert.deepEqual(
      server.requestsFor(NAME).map(({ range, ifRange }) => [range, ifRange]),
      [
        [undefined, undefined],
        ['bytes=300000-', undefined],
      ],
    );
  });

  for (const [what, body] of [
    ['shorter', CONTENT.subarray(1)],
    ['longer', Buffer.concat([CONTENT, Buffer.alloc(1)])],
  ] as const) {
    it(`a content ${what} than the hub lists is refused`, async () => {
      server.next(({ serve }) => {
        serve(body);
      });
      await assertHubError(
        download(),
        'wrong-content',
        new RegExp(`expected ${BYTES} bytes, found ${body.length}`),
      );
    });
  }

  it('more than the hub lists, of a length that is not told, is refused', async () => {
    server.next(({ response }) => {
      response.writeHead(200);
      response.end(Buffer.concat([CONTENT, Buffer.alloc(1)]));
    });
    await assertHubError(download(), 'wrong-content', /found more than 1000000 bytes/);
  });

  it('a wrong hash once: loaded again', async () => {
    server.next(({ serve }) => {
      serve(randomBytes(BYTES, 2));
    });
    await download();
    assertWhole();
    assert.equal(server.requestsFor(NAME).length, 2);
  });

  it('a wrong hash twice: refused, with both hashes', async () => {
    const wrong = randomBytes(BYTES, 2);
    server.everyTime(({ serve }) => {
      serve(wrong);
    });
    await assertHubError(
      download(),
      'wrong-content',
      new RegExp(`sha256: expected ${sha256(CONTENT)}, found ${sha256(wrong)}`),
    );
    assert.equal(statSync(`${target}.part`).size, 0);
  });

  it('a page with status 200 is no model', async () => {
    server.next(page('text/html; charset=utf-8'));
    await assertHubError(download(), 'web-page', /found a web page/);
  });

  it('a page with status 200 as another type is no model', async () => {
    server.next(page('application/octet-stream'));
    await assertHubError(download(), 'web-page', /found a web page/);
  });

  it('a page with status 200 and no length is no model', async () => {
    server.next(({ response }) => {
      response.writeHead(200);
      response.write('<!DOCTYPE html>');
      response.end('…');
    });
    await assertHubError(download(), 'web-page', /check the sign-in, the proxy and the endpoint/);
  });

  it('a page in place of the rest leaves the part as it was', async () => {
    server.next(cut(300_000), page('text/html'));
    await assertHubError(download(), 'web-page', /found a web page/);
    assert.equal(statSync(`${target}.part`).size, 300_000);
    await download();
    assertWhole();
  });

  for (const code of [401, 403]) {
    it(`${code} from the hub: says how to give a token`, async () => {
      server.intercept = (_, response) => {
        response.writeHead(code).end();
        return true;
      };
      await assertHubError(download(), 'gated', /Accept the model's terms .* and give an access token/);
      await assertHubError(download({ token: 'hf_x' }), 'gated', /The access token was not accepted/);
    });
  }

  it('403 from the storage is an address that has expired: asks the hub for another', async () => {
    server.next(status(403));
    await download();
    assertWhole();
    assert.equal(server.seen.filter(({ server: which }) => which === 'hub').length, 2);
  });

  it('404: not tried again', async () => {
    server.everyTime(status(404));
    await assertHubError(download(), 'not-found', /Check the name/);
    assert.equal(server.requestsFor(NAME).length, 1);
  });

  it('429 with Retry-After: waits as long as it is asked to', async () => {
    server.next(status(429, { 'retry-after': '7' }));
    await download();
    assertWhole();
    assert.deepEqual(waits, [7000]);
  });

  it('429 with a Retry-After of an hour: says so at once', async () => {
    server.everyTime(status(429, { 'retry-after': '3600' }));
    const error = await failure(download());
    assert.ok(error instanceof HubUnavailableError);
    assert.match(error.message, /the server asks to wait 3600 s/);
    assert.equal(server.requestsFor(NAME).length, 1);
  });

  it('5xx: waits twice as long each time, and gives up after six attempts', async () => {
    server.everyTime(status(503));
    const error = await failure(download());
    assert.ok(error instanceof HubUnavailableError);
    assert.match(error.message, /status 503 .*6 attempts\)\. What has arrived is kept/);
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000]);
  });

  it('the token goes to the endpoint and not to the server behind it', async () => {
    server.token = 'hf_secret';
    server.next(cut(300_000));
    await download({ token: 'hf_secret' });
    assertWhole();
    assert.deepEqual(
      server.seen.map(({ server: which, authorization }) => [which, authorization]),
      [
        ['hub', 'Bearer hf_secret'],
        ['storage', undefined],
        ['hub', 'Bearer hf_secret'],
        ['storage', undefined],
      ],
    );
  });

  it('a redirect in a circle ends', async () => {
    server.intercept = ({ url }, response) => {
      response.writeHead(302, { location: url ?? '/' }).end();
      return true;
    };
    await assertHubError(download(), 'refused', /more than 10 redirects/);
  });

  for (const location of ['file:///etc/passwd', 'http://[']) {
    it(`a redirect to ${location} is not followed`, async () => {
      server.intercept = (_, response) => {
        response.writeHead(302, { location }).end();
        return true;
      };
      await assertHubError(download(), 'refused', /not safe/);
    });
  }

  it('messages do not show signed addresses', async () => {
    server.everyTime(status(503));
    assert.doesNotMatch((await failure(download())).message, /signature|secret/);
  });

  for (const [when, stallAfter] of [
    ['before the first byte', 0],
    ['in the middle', 300_000],
  ] as const) {
    it(`stalled ${when}: connects again and goes on`, async () => {
      server.next(({ serve }) => {
        serve(undefined, { stallAfter });
      });
      await download({ stallMs: 500 });
      assertWhole();
      const expected = stallAfter === 0 ? undefined : 'bytes=300000-';
      assert.equal(server.requestsFor(NAME).at(-1)?.range, expected);
    });
  }

  it('a server that never answers: gives up', async () => {
    server.everyTime(() => undefined);
    const error = await failure(download({ stallMs: 50 }));
    assert.ok(error instanceof HubUnavailableError);
    assert.match(error.message, /nothing has arrived for 0\.05 s/);
  });

  it('no server: says why', async () => {
    const { url } = server;
    await server.stop();
    const client = new HubClient({ endpoint: url });
    const error = await failure(
      downloadFile(`${url}/x`, FILE, target, { client, retry: { sleep: () => Promise.resolve() } }),
    );
    assert.ok(error instanceof HubUnavailableError);
    assert.match(error.message, /ECONNREFUSED/);
    server = await HubServer.start();
  });

  describe('a full disk', () => {
    it('says so, keeps what is there, and goes on when there is space', async () => {
      let room = 300_000;
      const full: typeof open = async (...args) => {
        const handle = await open(...args);
        return new Proxy(handle, {
          get(of, property) {
            if (property !== 'write') {
              const value: unknown = Reflect.get(of, property, of);
              return typeof value === 'function' ? (value.bind(of) as unknown) : value;
            }
            return (bytes: Uint8Array, offset: number, length: number, position: number) => {
              room -= length;
              if (room < 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
              return of.write(bytes, offset, length, position);
            };
          },
        });
      };
      await assertHubError(download({ open: full }), 'full-disk', /found a full disk\. Free some space/);
      const kept = statSync(`${target}.part`).size;
      assert.ok(kept > 0 && kept <= 300_000);
      await download();
      assertWhole();
      assert.equal(server.requestsFor(NAME).at(-1)?.range, `bytes=${kept}-`);
    });
  });

  describe('closed in between', () => {
    const stop = async (at: number): Promise<void> => {
      const controller = new AbortController();
      const stopped = download({
        signal: controller.signal,
        onBytes: (bytes) => {
          if (bytes >= at) controller.abort();
        },
      });
      assert.equal((await failure(stopped)).name, 'AbortError');
    };

    it('goes on from the part, whose bytes are hashed again', async () => {
      await stop(300_000);
      const { size } = statSync(`${target}.part`);
      assert.ok(size >= 300_000 && size < BYTES);
      await download();
      assertWhole();
      assert.equal(server.requestsFor(NAME).at(-1)?.range, `bytes=${size}-`);
    });

    it('a part that was damaged meanwhile is found out and loaded again', async () => {
      await stop(300_000);
      const part = readFileSync(`${target}.part`);
      part[1000] = (part[1000] ?? 0) ^ 1;
      writeFileSync(`${target}.part`, part);
      await download();
      assertWhole();
      assert.equal(server.requestsFor(NAME).at(-1)?.range, undefined);
    });

    it('a part that became shorter is gone on with from its end', async () => {
      await stop(300_000);
      truncateSync(`${target}.part`, 1234);
      await download();
      assertWhole();
      assert.equal(server.requestsFor(NAME).at(-1)?.range, 'bytes=1234-');
    });

    it('a part that is longer than the file begins again', async () => {
      await stop(300_000);
      writeFileSync(`${target}.part`, Buffer.alloc(BYTES + 1));
      await download();
      assertWhole();
    });

    it('a whole part needs no request', async () => {
      await stop(300_000);
      writeFileSync(`${target}.part`, CONTENT);
      const before = server.seen.length;
      await download();
      assertWhole();
      assert.equal(server.seen.length, before);
    });

    for (const [what, record] of [
      ['no record', ''],
      ['a broken record', '{"version":1'],
      [
        'a record of another content',
        JSON.stringify({ version: 1, bytes: BYTES, digest: { algorithm: 'sha256', value: 'x' }, etag: null }),
      ],
    ] as const) {
      it(`${what} beside the part: begins again`, async () => {
        await stop(300_000);
        writeFileSync(`${target}.part.json`, record);
        await download();
        assertWhole();
        assert.equal(server.requestsFor(NAME).at(-1)?.range, undefined);
      });
    }
  });

  it('a small file is held against its git hash', async () => {
    const content = Buffer.from('{"model_type": "mamba2"}');
    server.add('owner/model', { 'config.json': content });
    const digest = { algorithm: 'git-sha1', value: gitOid(content) } as const;
    await download({}, { path: 'config.json', bytes: content.length, digest });
    assert.ok(readFileSync(target).equals(content));
    const wrong = { ...digest, value: gitOid(CONTENT) };
    await assert.rejects(
      download({}, { path: 'config.json', bytes: content.length, digest: wrong }),
      /git-sha1/,
    );
  });

  it('an empty file arrives', async () => {
    const content = Buffer.alloc(0);
    server.add('owner/model', { 'config.json': content });
    await download(
      {},
      { path: 'config.json', bytes: 0, digest: { algorithm: 'git-sha1', value: gitOid(content) } },
    );
    assert.equal(statSync(target).size, 0);
  });
});

function randomBytes(length: number, seed: number): Buffer {
  const random = seededRandom(seed);
  // The first byte is the length of a header, and never that of a page.
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (i === 0 ? 8 : Math.floor(random() * 256))));
}
