import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSession } from '../../../engine/cli/replay/read-session.ts';
import { replaySession } from '../../../engine/cli/replay/session.ts';
import type { TraceEvent } from '../../../engine/cli/replay/trace.ts';
import { openCompleter } from '../../../engine/completion/open-completer.ts';
import { chooseFimFormat } from '../../../engine/prompt/index.ts';
import { openModel } from '../../../engine/runtime/open-model.ts';
import { loadTokenizer } from '../../../engine/tokenizer/index.ts';
import { agreement } from './agreement.ts';
import { peerPrompts, type PeerPrompt } from './prompts.ts';
import { printReport, type Series } from './report.ts';
import { ROUTES, takeRoute } from './routes.ts';
import { LlamaServer, serverBinary } from './server.ts';
import { writeGguf } from './write-gguf.ts';

const MODEL = 'engine/bundled';
export const TRACE = '../shared/data/traces/vscode-session-part1.jsonl';
const REQUESTS = 200;
const WINDOW = { prefixTokens: 1500, suffixTokens: 500 };
/** Sent to our engine before anything is timed: JavaScript is compiled as it runs. llama-server warms itself up. */
const UNTIMED = 40;
/** Prompts after which both models are compared, from all over the session. */
const COMPARED = 20;

/**
 * The first token after a keystroke, here and from llama-server with the same model: the first requests of a recorded session, one
 * engine after the other.
 * @throws BadInputError if there is no llama-server or no such trace
 */
export async function benchLlamaCpp(threads: number, trace: string): Promise<void> {
  const binary = serverBinary();
  const events = firstRequests(await readSession(trace), REQUESTS);
  const tokenizer = await loadTokenizer(MODEL);
  const prompts = peerPrompts(trace, events, WINDOW, chooseFimFormat(tokenizer), tokenizer);
  const folder = await mkdtemp(join(tmpdir(), 'mamba-complete-llama-cpp-'));
  try {
    const model = join(folder, 'model.gguf');
    await writeGguf(MODEL, model);
    const start = (args: readonly string[]): Promise<LlamaServer> =>
      LlamaServer.start(binary, { model, threads, args });
    // Theirs first: threads of a runtime that was open before may still spin.
    const theirs: Series[] = [];
    for (const route of ROUTES) {
      const server = await start(route.args);
      const measured = await takeRoute(server, route, prompts);
      await server.stop();
      theirs.push({
        name: `llama-server ${route.name}`,
        promptTokens: measured.map((one) => one.promptTokens),
        evaluatedTokens: measured.map((one) => one.evaluatedTokens),
        ms: measured.map((one) => one.ms),
        serverMs: measured.map((one) => one.serverMs),
      });
    }
    const ours = await measureOurs(threads, trace, events);
    await compare(await start([]), threads, prompts);
    const { prefixTokens, suffixTokens } = WINDOW;
    const window = `${prefixTokens} + ${suffixTokens} tokens of context`;
    printReport(`${prompts.length} requests, ${window}, ${threads} threads, one token each`, ours, theirs);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function firstRequests(events: readonly TraceEvent[], count: number): TraceEvent[] {
  let seen = 0;
  return events.filter((event) => {
    const isBefore = seen < count;
    if (event.kind === 'request') seen++;
    return isBefore;
  });
}

/** Says how far both agree: what is compared is the same model only if they do. */
async function compare(server: LlamaServer, threads: number, prompts: readonly PeerPrompt[]): Promise<void> {
  const { session } = await openModel(MODEL, { threads });
  const some = prompts.filter((_, index) => index % Math.ceil(prompts.length / COMPARED) === 0);
  const found = await agreement(
    server,
    session,
    some.map((prompt) => prompt.own),
  );
  await server.stop();
  await session.close();
  console.log(
    `Of ${found.prompts} prompts both models choose the same first token after ${found.sameFirst}, and the same 16 after ` +
      `${found.sameAll}. Log probabilities of the ten likeliest differ by ${found.mean.toFixed(3)} in the mean, ${found.largest.toFixed(3)} at most.`,
  );
}

async function measureOurs(threads: number, trace: string, events: readonly TraceEvent[]): Promise<Series[]> {
  const opened = await openCompleter(MODEL, threads);
  const { completer } = opened;
  const replay = async (name: string, warming: boolean, some = events): Promise<Series> => {
    completer.forget();
    const options = { ...WINDOW, warming, realtime: warming };
    const requests = await replaySession(trace, some, completer, options);
    const ms = requests.map((one) => one.firstTokenMs);
    return {
      name,
      promptTokens: requests.map((one) => one.promptTokens),
      evaluatedTokens: requests.map((one) => one.waitingTokens),
      ms,
      serverMs: ms,
    };
  };
  await replay('untimed', true, firstRequests(events, UNTIMED));
  const series = [
    await replay('ours, nothing warmed ahead', false),
    await replay('ours, warming ahead at the pace of the session', true),
  ];
  await opened.close();
  return series;
}
