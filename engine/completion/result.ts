import type { RuleStop, Step } from '../decoding/index.ts';

/** What a request cost. Times are milliseconds. */
export interface Account {
  promptTokens: number;
  /** Prompt tokens whose state was known already. */
  reusedTokens: number;
  /** Of the reused ones, those that were computed before anybody asked, and not used until now. */
  warmedTokens: number;
  /** Of the reused ones, those whose recurrences were run again from logs. */
  replayedTokens: number;
  /** Prompt tokens that the model was advanced by. */
  advancedTokens: number;
  generatedTokens: number;
  /** Tokens that the model was advanced by to find a likelier line than the greedy one. */
  searchedTokens: number;
  /** Tokens guessed by prompt lookup, and those of them that the model agreed with. */
  draftedTokens: number;
  acceptedTokens: number;
  /** Lines below the cursor that stood in the tail instead of the suffix, so that an old suffix could be used again. */
  tailLines: number;
  /** Steps that the recent text began further up than it had to, for the same end. */
  recentSteps: number;
  /** How often the window that is set was halved to answer in time. */
  halvings: number;
  /** From the request's arrival in the worker to the first generated token; 0 if none was generated. */
  firstTokenMs: number;
  /** Laying out the prompt, advancing to its end, and generating. */
  promptMs: number;
  prefillMs: number;
  decodeMs: number;
  totalMs: number;
}

/** Why generation ended: by a rule, by the model itself, because the tokens or the time were used up, or what follows was too unsure. */
export type StopReason = RuleStop | 'end-token' | 'max-tokens' | 'time' | 'unsure' | 'declared';

/** Why there is no text. */
export type NoCompletionReason =
  'cancelled' | 'empty' | 'repeats-suffix' | 'unlikely' | 'declared' | 'closed';

export type CompletionResult =
  | {
      kind: 'completion';
      text: string;
      /** Other texts, the likelier first; only where several were asked for. */
      alternatives: readonly string[];
      stop: StopReason;
      /** How likely its first line is right, 0 to 1; 1 where it is not known, since nothing was mixed. */
      confidence: number;
      /** How likely the text is right, token by token; empty where nothing was mixed. */
      steps: readonly Step[];
      account: Account;
    }
  | { kind: 'none'; reason: NoCompletionReason; account: Account };

/** The account of a request that has cost nothing yet. */
export function emptyAccount(): Account {
  return {
    promptTokens: 0,
    reusedTokens: 0,
    warmedTokens: 0,
    replayedTokens: 0,
    advancedTokens: 0,
    generatedTokens: 0,
    searchedTokens: 0,
    draftedTokens: 0,
    acceptedTokens: 0,
    tailLines: 0,
    recentSteps: 0,
    halvings: 0,
    firstTokenMs: 0,
    promptMs: 0,
    prefillMs: 0,
    decodeMs: 0,
    totalMs: 0,
  };
}
