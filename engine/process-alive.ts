/** Whether there is such a process on this machine, whoever's it is. */
export function isAlive(processId: number): boolean {
  try {
    // Signal 0 is not sent: it only asks.
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
