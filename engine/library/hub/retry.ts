import { setTimeout as sleep } from 'node:timers/promises';
import { AttemptFailed, HubUnavailableError } from './errors.ts';

export interface RetryPolicy {
  /** Attempts in a row that bring nothing new. Default 6. */
  attempts?: number | undefined;
  /** Wait before the second attempt, doubled before each further one and then cut at random by up to a half. Default 1,000 ms. */
  baseMs?: number | undefined;
  /** Longest wait of our own. Default 60,000 ms. */
  mostMs?: number | undefined;
  /** Longest wait that a server may ask for. Default 300,000 ms. */
  mostRetryAfterMs?: number | undefined;
  /** Waits; for tests. */
  sleep?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
  /** From 0 to 1; for tests. */
  random?: (() => number) | undefined;
}

/**
 * Repeats what fails with {@link AttemptFailed}; any other error is passed on.
 * @param progress how far all attempts together have come, asked after a failure: the count of attempts begins again where it has grown
 * @throws HubUnavailableError after the last attempt
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy = {},
  { signal, progress = () => 0 }: { signal?: AbortSignal | undefined; progress?: () => number } = {},
): Promise<T> {
  const { attempts = 6, baseMs = 1000, mostMs = 60_000, mostRetryAfterMs = 300_000 } = policy;
  const wait =
    policy.sleep ?? ((ms, stop) => sleep(ms, undefined, stop === undefined ? {} : { signal: stop }));
  const random = policy.random ?? Math.random;
  let farthest = progress();
  for (let failures = 1; ; failures++) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof AttemptFailed)) throw error;
      if (progress() > farthest) {
        farthest = progress();
        failures = 1;
      }
      const asked = error.retryAfterMs ?? 0;
      if (failures >= attempts || asked > mostRetryAfterMs) {
        const again = asked > 0 ? `the server asks to wait ${Math.ceil(asked / 1000)} s` : 'try again later';
        throw new HubUnavailableError(
          `${error.message} (${failures} attempts). What has arrived is kept: ${again}.`,
          {
            cause: error,
          },
        );
      }
      const own = Math.min(mostMs, baseMs * 2 ** (failures - 1)) * (0.5 + random() / 2);
      await wait(Math.max(own, asked), signal).catch((interrupted: unknown) => {
        signal?.throwIfAborted();
        throw interrupted;
      });
    }
  }
}
