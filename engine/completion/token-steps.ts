import { type Draft, NO_DRAFT, type PromptLookup } from '../decoding/index.ts';
import type { ModelSession } from '../runtime/model-session.ts';
import type { TokenLog } from '../runtime/recurrence-log.ts';
import type { SequenceState } from '../runtime/sequence-state.ts';
import type { DraftSize } from './draft-size.ts';

/** What guesses tokens, and how many are worth verifying. */
export interface Speculation {
  /** Left out of a generation that is not worth it: its steps are timed only. */
  lookup?: PromptLookup | undefined;
  size: DraftSize;
}

/** Tokens that were run before they were chosen. */
interface Verification {
  /** The state before the run. */
  base: SequenceState;
  /** The state after all of its tokens. */
  full: SequenceState;
  /** Of the token that was pushed and of the drafted ones. */
  log: readonly TokenLog[];
  draft: Draft;
  /** Logits after each of those tokens, [1 + drafted, vocabulary]. */
  logits: Float32Array;
  /** Drafted tokens that have been pushed since. */
  right: number;
}

/**
 * Advances a state by one chosen token after another. With speculation a run takes drafted tokens along: as long as those are
 * what is chosen, their logits are there already, and where they are not, the state is restored from the log of that run. What is
 * given for the same tokens is what single steps give, up to the rounding of larger matrix products.
 */
export class TokenSteps {
  /** Tokens guessed, and those of them that were chosen. */
  drafted = 0;
  accepted = 0;
  /** The tokens pushed, and where they are to be logged their logs; complete after {@link release}. */
  readonly ids: number[] = [];
  readonly log: TokenLog[] = [];
  private verification: Verification | undefined;
  /** Undefined while a verification holds it. */
  private state: SequenceState | undefined;

  /**
   * @param state taken over: {@link release} lets go of it
   * @param isLogged whether to keep the logs, which then are the caller's
   */
  constructor(
    private readonly session: ModelSession,
    state: SequenceState,
    private readonly speculation: Speculation | undefined,
    private readonly isLogged = false,
  ) {
    this.state = state;
  }

  /**
   * Advances by a token.
   * @returns [vocabulary] logits of the one that follows; overwritten by the next call
   */
  async push(id: number): Promise<Float32Array> {
    this.ids.push(id);
    this.speculation?.lookup?.push(id);
    const { verification } = this;
    if (verification !== undefined && verification.draft.ids[verification.right] === id) {
      verification.right++;
      this.accepted++;
      return this.row(verification);
    }
    const state = await this.settle();
    const started = performance.now();
    const draft = this.draft();
    const { length: drafted } = draft.ids;
    // Looking up is a part of what a run of guessed tokens costs.
    const runFrom = drafted === 0 ? performance.now() : started;
    if (drafted === 0) {
      this.state = undefined;
      const run = await this.session.advance(state, [id], 'last', this.isLogged ? 0 : undefined);
      this.state = run.state;
      this.log.push(...run.log);
      this.speculation?.size.ran(0, performance.now() - runFrom);
      return run.logits;
    }
    const {
      state: full,
      log,
      logits,
    } = await this.session.advance(state.retain(), [id, ...draft.ids], 'all', 0);
    this.state = undefined;
    this.speculation?.size.ran(drafted, performance.now() - runFrom);
    this.drafted += drafted;
    this.verification = { base: state, full, log, draft, logits, right: 0 };
    return this.row(this.verification);
  }

  /** Lets go of every state. */
  release(): void {
    this.state?.release();
    this.state = undefined;
    if (this.verification === undefined) return;
    const { base, full } = this.verification;
    base.release();
    full.release();
    this.keepLog(this.verification);
    this.verification = undefined;
  }

  private draft(): Draft {
    const { speculation } = this;
    if (speculation?.lookup === undefined) return NO_DRAFT;
    const { lookup, size } = speculation;
    const { ids, probabilities } = lookup.draft(size.wanted);
    const most = size.choose(probabilities);
    return { ids: ids.slice(0, most), probabilities: probabilities.slice(0, most) };
  }

  /** The state after all pushed tokens. */
  private async settle(): Promise<SequenceState> {
    const { verification, state } = this;
    if (verification === undefined) {
      if (state === undefined) throw new Error('a state was used after its release');
      return state;
    }
    const { base, full, log, draft, right } = verification;
    this.verification = undefined;
    const started = performance.now();
    const isAllRight = right === draft.ids.length;
    (isAllRight ? base : full).release();
    this.state = isAllRight ? full : await this.session.replay(base, log.slice(0, 1 + right));
    this.keepLog(verification);
    const restoreMs = isAllRight ? 0 : performance.now() - started;
    this.speculation?.size.verified({ probabilities: draft.probabilities, right, restoreMs });
    return this.state;
  }

  /** Of a run that is over, what was logged of tokens that were pushed. */
  private keepLog({ log, right }: Verification): void {
    if (this.isLogged) this.log.push(...log.slice(0, 1 + right));
    this.session.recycle(this.isLogged ? log.slice(1 + right) : log);
  }

  private row({ logits, right }: Verification): Float32Array {
    const size = this.session.vocabularySize;
    return logits.subarray(right * size, (right + 1) * size);
  }
}
