import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInputError } from '../../errors.ts';

const SECONDS = 5;
const MEMORY_KIB = 512 * 1024;
const FILE_BLOCKS = 1024;

/** @throws BadInputError where there is no Python: every program would seem to fail */
export function requirePython(): void {
  if (spawnSync('python3', ['-I', '-c', '']).status === 0) return;
  throw new BadInputError({
    source: 'python3',
    expected: 'a Python 3 on the path, which runs the tests of the problems',
    found: 'none',
    action: 'Install Python, or leave --humaneval out.',
  });
}

/**
 * Runs a Python program of which nothing is known, and says whether it ended well: isolated from the user's own Python, in an empty
 * folder, with bounds on time, memory and files, no environment, and where the system allows it no network.
 */
export async function passes(program: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'mamba-evaluate-'));
  try {
    const script = join(folder, 'program.py');
    await writeFile(script, program);
    const limits = [`-t ${SECONDS}`, `-v ${MEMORY_KIB}`, `-f ${FILE_BLOCKS}`, '-c 0']
      .map((one) => `ulimit ${one}`)
      .join(' && ');
    // Without the right to make a network namespace of its own, it runs with the one there is.
    const run = 'if unshare -rn true 2>/dev/null; then exec unshare -rn "$@"; else exec "$@"; fi';
    return await new Promise<boolean>((resolve) => {
      const child = spawn('sh', ['-c', `${limits} || exit 1; ${run}`, 'sh', 'python3', '-I', script], {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: folder },
        stdio: 'ignore',
        detached: true,
      });
      const timer = setTimeout(() => {
        // The whole group, whatever it has started.
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      }, SECONDS * 2000);
      const end = (isGood: boolean) => (): void => {
        clearTimeout(timer);
        resolve(isGood);
      };
      child.once('error', end(false));
      child.once('exit', (code) => {
        end(code === 0)();
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
