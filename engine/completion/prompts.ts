import { unfinishedWord } from '../decoding/index.ts';
import { buildPrompt, type FimFormat, type Prompt, SuffixBudget } from '../prompt/index.ts';
import type { Speed } from '../runtime/speed.ts';
import type { CheckpointTree } from '../state/checkpoint-tree.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import { bridge, type Build } from './bridge.ts';
import type { CompletionRequest } from './request.ts';
import { halved, type WindowedPrompt, Windows } from './windows.ts';

/** What a model's prompts are made with. */
export interface PromptModel {
  tokenizer: Tokenizer;
  format: FimFormat;
}

/** Takes from disk what memory does not know of a prompt. */
type Load = (prompt: Prompt) => Promise<void>;

/** Chooses a request's prompt among those that say the same or less: by what is known of them, and by the model's speed. */
export class Prompts {
  private readonly suffixBudget: SuffixBudget;
  private readonly windows: Windows;

  constructor(
    private readonly model: PromptModel,
    private readonly tree: CheckpointTree,
    private readonly speed: Speed,
  ) {
    this.suffixBudget = new SuffixBudget(model.format.layout);
    this.windows = new Windows(tree, speed);
  }

  /** The prompt that is answered. */
  async toAnswer(request: CompletionRequest, load: Load): Promise<WindowedPrompt> {
    const lay = (build: Build): Prompt => (request.bridges === false ? build() : bridge(build, this.tree));
    const chosen = await this.windowed(request, lay, load);
    this.windows.serve(request.document, chosen.halvings);
    return chosen;
  }

  /** The prompt that is prepared for first. */
  toWarm(request: CompletionRequest, load: Load): Promise<WindowedPrompt> {
    return this.windowed(request, (build) => build(), load);
  }

  /** The prompt with twice the window, as long as it can answer in time once it is known. */
  deepened(request: CompletionRequest, halvings: number): WindowedPrompt | undefined {
    if (halvings === 0) return undefined;
    const prompt = this.plain(request, halvings - 1);
    return this.windows.canServe(request, prompt) ? { prompt, halvings: halvings - 1 } : undefined;
  }

  /** With nothing in another place than usual. */
  plain(request: CompletionRequest, halvings = 0): Prompt {
    return this.build(request, halvings)();
  }

  /** Of one document, or of all. */
  forget(document?: string): void {
    this.windows.forget(document);
  }

  private windowed(
    request: CompletionRequest,
    lay: (build: Build) => Prompt,
    load: Load,
  ): Promise<WindowedPrompt> {
    return this.windows.choose(request, (halvings) => lay(this.build(request, halvings)), load);
  }

  private build(request: CompletionRequest, halvings: number): Build {
    const { tokenizer, format } = this.model;
    const { prefix } = request.context;
    const context = {
      ...request.context,
      prefix: prefix.slice(0, prefix.length - unfinishedWord(prefix).length),
    };
    const { prefixTokens, suffixTokens: most } = halved(request, halvings);
    const suffixTokens = this.suffixBudget.tokens(most, this.speed.prefillMs);
    const budget = { prefixTokens, suffixTokens };
    return (arrangement) => buildPrompt(context, { ...budget, ...arrangement }, format, tokenizer);
  }
}
