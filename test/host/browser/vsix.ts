import { join } from 'node:path';
import type { Workbench } from '../workbench/install.ts';
import { runQuietly } from '../workbench/process.ts';
import { repository } from '../workbench/repository.ts';
import { serverArguments } from '../workbench/server.ts';

/** Packages the extension for this machine as a release would be; gives the file's path. */
export async function packageExtension(folder: string): Promise<string> {
  const file = join(folder, 'mamba-complete.vsix');
  await runQuietly(process.execPath, [
    join(repository, 'vsix.mjs'),
    `${process.platform}-${process.arch}`,
    file,
  ]);
  return file;
}

/** Installs a packaged extension into the folders that a server of the same `home` uses. */
export async function installExtension(workbench: Workbench, home: string, vsix: string): Promise<void> {
  const shared = serverArguments(join(home, 'user-data'), join(home, 'extensions'));
  await runQuietly(workbench.node, [workbench.entry, ...shared, '--install-extension', vsix], { cwd: home });
}
