import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workbench } from './install.ts';
import { freePort } from './port.ts';
import { signalGroup, stopGroup } from './process.ts';

/** Starting takes 2 s on an idle machine; a busy one has taken over a minute. */
const START_TIMEOUT_MS = 180_000;

/** The chat panel opens by itself in a new profile and takes the keyboard's focus from the editor. */
const QUIET = { 'workbench.secondarySideBar.defaultVisibility': 'hidden', 'workbench.startupEditor': 'none' };

export interface ServerOptions {
  /** Folder for the server's user data, log and, unless given, its extensions; used by nobody else. */
  home: string;
  extensions?: string;
  /** User settings beside those that keep the workbench quiet. */
  settings?: Record<string, unknown>;
  /** Folder that the address opens without further parameters. */
  folder?: string;
  /** Lets a page load an extension under development and run its tests. */
  testDriver?: 'on' | 'off';
}

export interface Server {
  port: number;
  /** Ends with a slash. */
  url: string;
  stop(): Promise<void>;
}

/** Starts the browser workbench on a free loopback port and waits until it answers. */
export async function startServer(workbench: Workbench, options: ServerOptions): Promise<Server> {
  const { home, extensions = join(home, 'extensions'), settings = {}, folder } = options;
  const userData = join(home, 'user-data');
  await mkdir(join(userData, 'User'), { recursive: true });
  await mkdir(extensions, { recursive: true });
  await writeFile(join(userData, 'User', 'settings.json'), JSON.stringify({ ...QUIET, ...settings }));

  const port = await freePort();
  const args = [
    ...serverArguments(userData, extensions),
    '--bind-addr',
    `127.0.0.1:${port}`,
    '--auth',
    'none',
  ];
  if (options.testDriver === 'on') args.push('--vscode-option', 'enable-smoke-test-driver');
  if (folder !== undefined) args.push(folder);

  const log = join(home, 'server.log');
  const output = openSync(log, 'a');
  const child = spawn(workbench.node, [workbench.entry, ...args], {
    cwd: home,
    detached: true, // a process group of its own, so that stopping reaches the extension host too
    stdio: ['ignore', output, output],
  });
  const { pid } = child;
  if (pid !== undefined) {
    process.once('exit', () => {
      signalGroup(pid, 'SIGKILL');
    });
  }
  const url = `http://127.0.0.1:${port}/`;
  await answering(`${url}healthz`, child, log);
  return { port, url, stop: () => stopGroup(child) };
}

/** Arguments that every call of the server's entry shares. */
export function serverArguments(userData: string, extensions: string): string[] {
  return [
    ...['--config', '/dev/null', '--user-data-dir', userData, '--extensions-dir', extensions],
    ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
    ...['--reconnection-grace-time', '1'],
  ];
}

async function answering(url: string, child: ChildProcess, log: string): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw notStarted('ended', log);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok === true) return;
    if (Date.now() > end) throw notStarted(`did not answer within ${START_TIMEOUT_MS / 1000} s`, log);
    await sleep(200);
  }
}

function notStarted(what: string, log: string): Error {
  const tail = readFileSync(log, 'utf8').split('\n').slice(-20).join('\n');
  return new Error(`The browser workbench ${what}. The end of ${log}:\n${tail}`);
}
