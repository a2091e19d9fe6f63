import type { ModelSession } from '../../../engine/runtime/model-session.ts';
import type { LlamaServer } from './server.ts';

const TOKENS = 16;
const LIKELIEST = 10;

export interface Agreement {
  prompts: number;
  /** Prompts after which both choose the same first token, and the same {@link TOKENS}. */
  sameFirst: number;
  sameAll: number;
  /** Largest difference of log probabilities, among llama.cpp's ten likeliest first tokens of each prompt. */
  largest: number;
  /** Mean of those differences. */
  mean: number;
}

/** What llama-server answers, as far as it is read. */
interface Answer {
  tokens: number[];
  completion_probabilities: { top_logprobs: { id: number; logprob: number }[] }[];
}

/** Compares greedy tokens and log probabilities after the same ids, each from the first token on. */
export async function agreement(
  server: LlamaServer,
  session: ModelSession,
  prompts: readonly (readonly number[])[],
): Promise<Agreement> {
  const differences: number[] = [];
  let [sameFirst, sameAll] = [0, 0];
  for (const prompt of prompts) {
    const body = { prompt, n_predict: TOKENS, temperature: 0, n_probs: LIKELIEST, return_tokens: true };
    const theirs = (await server.post('/completion', { ...body, cache_prompt: false })) as Answer;
    const { tokens, logProbabilities } = await greedyTokens(session, prompt, theirs.tokens.length);
    for (const { id, logprob } of theirs.completion_probabilities[0]?.top_logprobs ?? [])
      differences.push(Math.abs(logprob - (logProbabilities[id] ?? NaN)));
    if (tokens[0] === theirs.tokens[0]) sameFirst++;
    if (tokens.every((id, index) => id === theirs.tokens[index])) sameAll++;
  }
  const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
  return { prompts: prompts.length, sameFirst, sameAll, largest: Math.max(...differences), mean };
}

/** The likeliest tokens, control tokens among them, and the log probabilities of the first. */
async function greedyTokens(
  session: ModelSession,
  prompt: readonly number[],
  count: number,
): Promise<{ tokens: number[]; logProbabilities: Float32Array }> {
  let { state, logits } = await session.advance(session.initialState(), prompt, 'last');
  const logProbabilities = logSoftmax(logits);
  const tokens: number[] = [];
  while (tokens.length < count) {
    const id = logits.indexOf(logits.reduce((most, one) => Math.max(most, one), -Infinity));
    tokens.push(id);
    ({ state, logits } = await session.advance(state, [id], 'last'));
  }
  state.release();
  return { tokens, logProbabilities };
}

function logSoftmax(logits: Float32Array): Float32Array {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = logits.reduce((sum, one) => sum + Math.exp(one - most), 0);
  return logits.map((one) => one - most - Math.log(total));
}
