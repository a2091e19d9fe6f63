import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { copySampleProject, removeFolder, temporaryFolder } from './folders.ts';
import { repository } from './repository.ts';

/** Runs the suites in a downloaded desktop VS Code; gives the exit code. */
export async function runInDesktop(): Promise<number> {
  const home = await temporaryFolder('desktop');
  try {
    return await runTests({
      extensionDevelopmentPath: repository,
      extensionTestsPath: join(repository, 'out', 'test', 'host', 'index.js'),
      launchArgs: [
        await copySampleProject(home),
        ...['--disable-extensions', '--disable-workspace-trust', '--user-data-dir', join(home, 'user-data')],
      ],
    });
  } finally {
    await removeFolder(home);
  }
}
