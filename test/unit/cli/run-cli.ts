import { execFile } from 'node:child_process';
import { resolve } from 'node:path';

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command line as a user does; kills it if it has not ended by itself after 30 seconds. */
export function runCli(args: readonly string[], folder = process.cwd()): Promise<Finished> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [resolve('out/cli.js'), ...args],
      { cwd: folder, timeout: 30_000 },
      (error, stdout, stderr) => {
        // A process that was killed has a signal and no code.
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        done({ code, stdout, stderr });
      },
    );
  });
}
