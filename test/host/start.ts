// `npm start`: an editor with the extension from this checkout, on a sample project. Stays until Ctrl+C.
import { spawn } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { onPath } from './workbench/chromium.ts';
import { copySampleProject, removeFolder, temporaryFolder } from './workbench/folders.ts';
import { installWorkbench } from './workbench/install.ts';
import { exitCode } from './workbench/process.ts';
import { extensionId, manifest, repository } from './workbench/repository.ts';
import { startServer } from './workbench/server.ts';

async function start(): Promise<void> {
  const home = await temporaryFolder('start');
  try {
    const sample = await copySampleProject(home);
    const code = process.env['MAMBA_START'] === 'browser' ? undefined : onPath(desktopCommand());
    await (code === undefined ? startBrowserWorkbench(home, sample) : startDesktop(code, sample));
  } finally {
    await removeFolder(home);
  }
}

async function startDesktop(code: string, sample: string): Promise<void> {
  console.log(`Opening VS Code on ${sample}; close its window to end.`);
  const windows = process.platform === 'win32'; // code is a .cmd there, which only a shell runs
  const args = [`--extensionDevelopmentPath=${repository}`, '--new-window', '--wait', sample];
  await exitCode(spawn(windows ? `"${code}"` : code, args, { stdio: 'inherit', shell: windows }));
}

async function startBrowserWorkbench(home: string, sample: string): Promise<void> {
  console.log('No "code" command on the PATH: starting VS Code in the browser instead.');
  const workbench = await installWorkbench();
  // A link, not a copy: after a rebuild, reloading the page loads the new code.
  const extensions = join(home, 'extensions');
  await mkdir(extensions);
  await symlink(repository, join(extensions, `${extensionId}-${manifest.version}`));
  const server = await startServer(workbench, { home, extensions, folder: sample });
  console.log(`Open this address in a browser, then a file such as src/inventory.ts or stock.py:\n`);
  console.log(server.url);
  console.log('\nCtrl+C ends it.');
  await interrupted();
  await server.stop();
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
    setInterval(() => undefined, 1 << 30); // keeps Node alive while nothing else happens
  });
}

function desktopCommand(): string {
  return process.platform === 'win32' ? 'code.cmd' : 'code';
}

start().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
