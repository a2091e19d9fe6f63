import { join } from 'node:path';
import type { Workbench } from '../workbench/install.ts';
import { runQuietly } from '../workbench/process.ts';
import { serverArguments } from '../workbench/server.ts';

/** The package under test, which run.ts has made. */
export function packagedExtension(): string {
  const file = process.env['MAMBA_VSIX'];
  if (file === undefined)
    throw new Error('MAMBA_VSIX names no package: start these tests by npm run test:host.');
  return file;
}

/** Installs a packaged extension into the folders that a server of the same `home` uses. */
export async function installExtension(workbench: Workbench, home: string, vsix: string): Promise<void> {
  const shared = serverArguments(join(home, 'user-data'), join(home, 'extensions'));
  await runQuietly(workbench.node, [workbench.entry, ...shared, '--install-extension', vsix], { cwd: home });
}
