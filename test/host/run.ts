// `npm run test:host`: the suites inside a real extension host, then the packaged extension in a real browser.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { runInBrowserWorkbench } from './workbench/runInBrowserWorkbench.ts';
import { runInDesktop } from './workbench/runInDesktop.ts';
import { exitCode } from './workbench/process.ts';
import { repository } from './workbench/repository.ts';

/** Linux uses code-server, which npm carries; elsewhere, or where asked, VS Code itself is downloaded. */
const desktop = process.env['MAMBA_TEST_DESKTOP'] === '1' || process.platform !== 'linux';

async function main(): Promise<number> {
  console.log(`\nIn the extension host of ${desktop ? 'the desktop VS Code' : 'the browser workbench'}:`);
  const inHost = await (desktop ? runInDesktop() : runInBrowserWorkbench());
  if (desktop) return inHost;
  console.log('\nThe packaged extension in a browser:');
  const mocha = join(repository, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const args = ['--no-config', '--timeout', '300000', join(repository, 'out/test/host/browser/**/*.test.js')];
  const inBrowser = await exitCode(
    spawn(process.execPath, [mocha, ...args], { cwd: repository, stdio: ['ignore', 'inherit', 'inherit'] }),
  );
  return inHost || inBrowser;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
