import { BadInputError, describe } from '../../../engine/errors.ts';
import type { PeerPrompt } from './prompts.ts';
import type { LlamaServer } from './server.ts';

/** A way of asking llama-server for a completion. */
export interface Route {
  name: string;
  /** Of the server's command line. */
  args: readonly string[];
  path: '/infill' | '/completion';
  body: (prompt: PeerPrompt) => object;
}

/** What a request cost. Times are milliseconds. */
export interface Measured {
  promptTokens: number;
  evaluatedTokens: number;
  /** From sending to the answer. */
  ms: number;
  /** By the server's own clock, without HTTP and without laying out the prompt. */
  serverMs: number;
}

const infill = ({ prefix, suffix }: PeerPrompt): object => ({ input_prefix: prefix, input_suffix: suffix });
const own = (prompt: PeerPrompt): object => ({ prompt: prompt.own });
const appending = (prompt: PeerPrompt): object => ({ prompt: prompt.appending });
/** As many checkpoints as near to each other as it can be told to keep. */
const CHECKPOINTS = ['--ctx-checkpoints', '128', '-cms', '0', '-ub', '64'];

export const ROUTES: readonly Route[] = [
  { name: '/infill', args: [], path: '/infill', body: infill },
  { name: '/infill --spm-infill', args: ['--spm-infill'], path: '/infill', body: infill },
  { name: '/completion, our prompt', args: [], path: '/completion', body: own },
  { name: '/completion, our prompt, checkpoints', args: CHECKPOINTS, path: '/completion', body: own },
  { name: '/completion, prefix last', args: [], path: '/completion', body: appending },
  { name: '/completion, prefix last, checkpoints', args: CHECKPOINTS, path: '/completion', body: appending },
];

/** Sends prompts one after the other, each for one token. */
export async function takeRoute(
  server: LlamaServer,
  route: Route,
  prompts: readonly PeerPrompt[],
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const prompt of prompts) {
    const body = { ...route.body(prompt), n_predict: 1, temperature: 0, cache_prompt: true };
    const started = performance.now();
    const answer = await server.post(route.path, body);
    const ms = performance.now() - started;
    const { cache_n, prompt_n, prompt_ms, predicted_ms } = timingsOf(answer, route.path);
    const promptTokens = cache_n + prompt_n;
    measured.push({ promptTokens, evaluatedTokens: prompt_n, ms, serverMs: prompt_ms + predicted_ms });
  }
  return measured;
}

const TIMINGS = ['cache_n', 'prompt_n', 'prompt_ms', 'predicted_ms'] as const;

function timingsOf(answer: unknown, path: string): Record<(typeof TIMINGS)[number], number> {
  const { timings } = answer as { timings?: Record<string, unknown> };
  const numbers = TIMINGS.map((name): [string, number] => {
    const value = timings?.[name];
    if (typeof value === 'number') return [name, value];
    throw new BadInputError({
      source: path,
      field: `timings.${name}`,
      expected: 'a number',
      found: describe(value),
      action: 'Use the version of llama-server that this was written for.',
    });
  });
  return Object.fromEntries(numbers) as Record<(typeof TIMINGS)[number], number>;
}
