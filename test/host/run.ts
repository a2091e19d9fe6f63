// `npm run test:host`: the suites inside a real extension host, then the packaged extension in a real browser.
// `-- suites` or `-- browser` runs one of the two.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from './workbench/folders.ts';
import { exitCode, runQuietly } from './workbench/process.ts';
import { repository } from './workbench/repository.ts';
import { runInBrowserWorkbench } from './workbench/runInBrowserWorkbench.ts';
import { runInDesktop } from './workbench/runInDesktop.ts';

/** Linux uses code-server, which npm carries; elsewhere, or where asked, VS Code itself is downloaded. */
const desktop = process.env['MAMBA_TEST_DESKTOP'] === '1' || process.platform !== 'linux';
const part = process.argv[2] ?? 'all';

async function main(): Promise<number> {
  let failed = 0;
  if (part !== 'browser') {
    console.log(`\nIn the extension host of ${desktop ? 'the desktop VS Code' : 'the browser workbench'}:`);
    failed += await (desktop ? runInDesktop() : runInBrowserWorkbench());
  }
  if (part !== 'suites' && !desktop) {
    console.log('\nThe packaged extension in a browser:');
    failed += await runPackaged();
  }
  return failed === 0 ? 0 : 1;
}

/** Packages the extension for this machine as a release would be, and runs the tests that install it. */
async function runPackaged(): Promise<number> {
  const home = await temporaryFolder('package');
  try {
    const vsix = join(home, 'mamba-complete.vsix');
    const target = `${process.platform}-${process.arch}`;
    await runQuietly(process.execPath, [join(repository, 'vsix.mjs'), target, vsix]);
    const mocha = join(repository, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const tests = join(repository, 'out/test/host/browser/**/*.test.js');
    const child = spawn(process.execPath, [mocha, '--no-config', '--timeout', '300000', tests], {
      cwd: repository,
      env: { ...process.env, MAMBA_VSIX: vsix },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return await exitCode(child);
  } finally {
    await removeFolder(home);
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
