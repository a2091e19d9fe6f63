import type { Prompt, PromptBudget } from '../prompt/index.ts';
import type { Speed } from '../runtime/speed.ts';
import type { CheckpointTree } from '../state/checkpoint-tree.ts';
import type { CompletionRequest } from './request.ts';

/** With less of the text before the cursor than this, a model has nothing to go on. */
const LEAST_PREFIX_TOKENS = 32;
/** A window whose state is ready costs a keystroke no more than so many tokens beyond what the serving one costs. */
const READY_TOKENS = 8;
/** Header, markers and tail, which come on top of a window. */
const OTHER_TOKENS = 160;

/** A prompt that shows the window that is set, halved so often on both sides of the cursor. */
export interface WindowedPrompt {
  prompt: Prompt;
  halvings: number;
}

/** The prompt of a window. */
type PromptOf = (halvings: number) => Prompt;

/** The window that is set, halved so often. */
export function halved(
  { prefixTokens, suffixTokens }: Pick<PromptBudget, 'prefixTokens' | 'suffixTokens'>,
  halvings: number,
): Pick<PromptBudget, 'prefixTokens' | 'suffixTokens'> {
  const share = 2 ** -halvings;
  return { prefixTokens: Math.ceil(prefixTokens * share), suffixTokens: Math.floor(suffixTokens * share) };
}

/**
 * Chooses how much of the text around a cursor a prompt shows. Where prefill is slow the first answer comes from a window that is
 * small enough for its time, and larger ones take over when their states are ready: an anytime algorithm (Dean and Boddy 1988).
 */
export class Windows {
  /** Halvings of the window that has answered last, by document. */
  private readonly serving = new Map<string, number>();

  constructor(
    private readonly tree: Pick<CheckpointTree, 'cost'>,
    private readonly speed: Pick<Speed, 'prefillMs'>,
  ) {}

  /**
   * The largest window that answers in time, and the cheapest where none does. The one that has answered last goes on until a larger
   * one costs hardly more, so that no keystroke waits for a change.
   * @param load takes from disk what memory does not know of a prompt
   */
  async choose(
    request: CompletionRequest,
    promptOf: PromptOf,
    load: (prompt: Prompt) => Promise<void>,
  ): Promise<WindowedPrompt> {
    const most = this.affordable(request);
    if (request.prefixTokens + request.suffixTokens + OTHER_TOKENS <= most)
      return { prompt: promptOf(0), halvings: 0 };

    const serving = this.serving.get(request.document);
    const known = serving === undefined ? undefined : this.priced(promptOf, serving);
    const isServing = known !== undefined && known.cost <= most;
    let cheapest: (WindowedPrompt & { cost: number }) | undefined;
    for (let halvings = 0; halvings <= mostHalvings(request); halvings++) {
      if (isServing && halvings >= known.halvings) return known;
      let one = this.priced(promptOf, halvings);
      if (serving === undefined && one.cost > most) {
        await load(one.prompt);
        one = this.priced(promptOf, halvings);
      }
      if (one.cost <= most && (!isServing || one.unknown <= known.unknown + READY_TOKENS)) return one;
      if (cheapest === undefined || one.cost < cheapest.cost) cheapest = one;
    }
    return cheapest ?? { prompt: promptOf(0), halvings: 0 };
  }

  /** Whether a window can answer in time at all, once its state is known: a suffix behind the prefix is computed at each key. */
  canServe(request: CompletionRequest, { ids, cursor }: Prompt): boolean {
    return ids.length - cursor + READY_TOKENS <= this.affordable(request);
  }

  /** This window answers now. */
  serve(document: string, halvings: number): void {
    this.serving.set(document, halvings);
  }

  forget(document?: string): void {
    if (document === undefined) this.serving.clear();
    else this.serving.delete(document);
  }

  /** Tokens that may be waited for. */
  private affordable({ latencyMs = Infinity }: CompletionRequest): number {
    const { prefillMs = 0 } = this.speed;
    return prefillMs > 0 ? latencyMs / prefillMs : Infinity;
  }

  private priced(promptOf: PromptOf, halvings: number): WindowedPrompt & { cost: number; unknown: number } {
    const prompt = promptOf(halvings);
    const cost = this.tree.cost(prompt.ids);
    // What stands behind the cursor is never known at a new one.
    const unknown = Math.max(0, cost - (prompt.ids.length - prompt.cursor));
    return { prompt, halvings, cost, unknown };
  }
}

function mostHalvings({ prefixTokens }: CompletionRequest): number {
  return Math.max(0, Math.floor(Math.log2(prefixTokens / LEAST_PREFIX_TOKENS)));
}
