import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copySampleProject, removeFolder, temporaryFolder } from '../workbench/folders.ts';
import { installWorkbench } from '../workbench/install.ts';
import { repository } from '../workbench/repository.ts';
import { type Server, startServer } from '../workbench/server.ts';
import { OpenEditor } from './editor.ts';
import { installExtension, packagedExtension } from './vsix.ts';

/** A workbench with the packaged extension, on a copy of the sample project and of a file that nobody wrote for these tests. */
export class PackagedWorkbench {
  private constructor(
    private readonly home: string,
    private readonly project: string,
    private readonly server: Server,
  ) {}

  static async start(settings: Record<string, unknown>): Promise<PackagedWorkbench> {
    const workbench = await installWorkbench();
    const home = await temporaryFolder('browser');
    const project = await copySampleProject(home);
    await copyFile(join(repository, 'node_modules/mocha/lib/stats-collector.js'), join(project, 'stats.js'));
    await installExtension(workbench, home, packagedExtension());
    return new PackagedWorkbench(home, project, await startServer(workbench, { home, settings }));
  }

  open(name: string): Promise<OpenEditor> {
    return OpenEditor.open(this.server, this.project, name);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await removeFolder(this.home);
  }
}
