import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { reportedLine } from '../report.ts';
import { copySampleProject, removeFolder, temporaryFolder } from './folders.ts';
import { installWorkbench } from './install.ts';
import { openPage } from './page.ts';
import { repository } from './repository.ts';
import { startServer } from './server.ts';

/** All suites together: they take under a minute on an idle machine. */
const SUITES_TIMEOUT_MS = 600_000;

/** Runs the suites in the extension host of code-server, driven by a headless page; gives the exit code. */
export async function runInBrowserWorkbench(): Promise<number> {
  const workbench = await installWorkbench();
  const home = await temporaryFolder('suites');
  const folder = await copySampleProject(home);
  const log = join(repository, 'out', 'workbench.log'); // what the workbench says, for the day when it does not start
  writeFileSync(log, '');
  const server = await startServer(workbench, { home, testDriver: 'on' });
  try {
    const done = withResolvers<number>();
    const open = await openPage(server, {
      folder,
      developmentPath: repository,
      testsPath: join(repository, 'out', 'test', 'host', 'index.js'),
      onLog: (level, args) => {
        const line = reportedLine(args);
        if (line === undefined) appendFileSync(log, `${level} ${format(...args)}\n`);
        else console.log(line);
      },
      onExit: done.resolve,
    });
    const timer = setTimeout(() => {
      done.reject(new Error(`The suites did not end within ${SUITES_TIMEOUT_MS / 1000} s.`));
    }, SUITES_TIMEOUT_MS);
    try {
      return await done.promise;
    } finally {
      clearTimeout(timer);
      await open.close();
    }
  } finally {
    await server.stop();
    await removeFolder(home);
  }
}

/** `Promise.withResolvers`, which Node has from version 22. */
function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
