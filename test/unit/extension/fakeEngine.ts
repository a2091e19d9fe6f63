import type {
  Account,
  CompletionRequest,
  CompletionResult,
  Engine,
  Measurement,
  ModelInfo,
} from '../../../engine/index.ts';

export const account: Account = {
  promptTokens: 10,
  reusedTokens: 7,
  warmedTokens: 0,
  replayedTokens: 0,
  advancedTokens: 3,
  searchedTokens: 0,
  generatedTokens: 2,
  draftedTokens: 0,
  acceptedTokens: 0,
  tailLines: 0,
  recentSteps: 0,
  halvings: 0,
  firstTokenMs: 12.4,
  promptMs: 0.4,
  prefillMs: 10,
  decodeMs: 10.2,
  totalMs: 20.6,
};

export const model: ModelInfo = {
  name: 'Fake',
  hash: 'fake-hash',
  directory: '/models/fake',
  parameters: 50_000_000,
  layers: 2,
  bits: 8,
  vocabularySize: 100,
  fimFormat: 'continuation',
  fimFormats: ['continuation'],
  threads: 2,
  stateBytes: 1000,
  loadMs: 5,
};

export interface FakeEngine extends Engine {
  requests: CompletionRequest[];
  warmed: CompletionRequest[];
  isClosed: boolean;
  /** What measuring gives. */
  measurement: Measurement | undefined;
}

/** An engine that answers what `answer` says: a text, a whole result, or an error to reject with. */
export function fakeEngine(
  answer: (
    request: CompletionRequest,
    signal: AbortSignal | undefined,
  ) => string | CompletionResult | Error | Promise<string>,
): FakeEngine {
  const engine: FakeEngine = {
    model,
    requests: [],
    warmed: [],
    isClosed: false,
    measurement: undefined,
    complete: async (request, signal) => {
      engine.requests.push(request);
      const answered = await answer(request, signal);
      if (answered instanceof Error) throw answered;
      if (signal?.aborted === true) return { kind: 'none', reason: 'cancelled', account };
      return typeof answered === 'string'
        ? {
            kind: 'completion',
            text: answered,
            alternatives: [],
            stop: 'line',
            confidence: 1,
            steps: [],
            account,
          }
        : answered;
    },
    warm: (request) => {
      engine.warmed.push(request);
    },
    measure: () => Promise.resolve(engine.measurement),
    closed: () => undefined,
    file: () => undefined,
    close: () => {
      engine.isClosed = true;
      return Promise.resolve();
    },
  };
  return engine;
}
