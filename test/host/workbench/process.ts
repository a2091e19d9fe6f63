import { type ChildProcess, spawn } from 'node:child_process';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

/** Runs a command to its end, its output passed on; rejects with the command line unless it exits with 0. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<void> {
  const code = await exitCode(spawn(command, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] }));
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} exited with ${code}`);
}

/** Runs a command to its end, silently; rejects with the command line and all its output unless it exits with 0. */
export async function runQuietly(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<void> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => output.push(chunk));
  }
  const code = await exitCode(child);
  if (code === 0) return;
  throw new Error(
    `${[command, ...args].join(' ')} exited with ${code}:\n${Buffer.concat(output).toString()}`,
  );
}

/** The exit code of a child; 1 where a signal ended it. */
export function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}

/** Ends a child that was spawned with `detached: true`, and every process that it started. */
export async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = exitCode(child);
  signalGroup(child.pid, 'SIGTERM');
  const graceMs = 5_000; // the extension host takes a moment to write its state
  const { pid } = child;
  const timer = setTimeout(() => {
    signalGroup(pid, 'SIGKILL');
  }, graceMs);
  await gone;
  clearTimeout(timer);
}

/** Signals a process group; one that is gone already is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
