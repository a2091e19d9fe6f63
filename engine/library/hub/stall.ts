import { AttemptFailed } from './errors.ts';

/**
 * Waits for the network, but not for ever.
 * @param ms without anything arriving
 * @throws AttemptFailed when the time has passed
 */
export async function unlessStalled<T>(waiting: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new AttemptFailed(`nothing has arrived for ${ms / 1000} s`));
    }, ms);
  });
  try {
    return await Promise.race([waiting, stalled]);
  } finally {
    clearTimeout(timer);
    // Whichever loses may fail later, and nobody is there to see it.
    waiting.catch(() => undefined);
  }
}
