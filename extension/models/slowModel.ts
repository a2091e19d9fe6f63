import type { Memento } from 'vscode';
import type { Account, ModelInfo } from '../../engine/index.ts';

/** Slower than this, suggestions come when they are of no use any more: ms to the first token where nearly all of the prompt was known. */
const MOST_FIRST_MS = 1500;
/** Milliseconds a generated token: a word a second. */
const MOST_TOKEN_MS = 400;
/** Nearly all of a prompt. */
const WARM_SHARE = 0.9;
/** So many requests decide, by their median: what else runs on the machine for a moment has no say. */
const REQUESTS = 7;

const QUIET = 'slowModels.quiet';
const EVERY_MODEL = '*';

export type SlowAnswer = 'smaller' | 'keep' | 'never' | undefined;

export interface Slowness {
  model: ModelInfo;
  /** Medians, in ms. */
  firstMs: number;
  tokenMs: number;
}

export interface SlowModelParts {
  store: Pick<Memento, 'get' | 'update'>;
  /** Says it, and what the user chose: another model, this one, or not to be told of any. */
  tell(slowness: Slowness): Promise<SlowAnswer>;
  choose(): void;
}

/** Finds out whether a model is too slow on this machine, and says so once for each model. */
export class SlowModel {
  private model = '';
  private first: number[] = [];
  private token: number[] = [];
  private readonly told = new Set<string>();

  constructor(private readonly parts: SlowModelParts) {}

  /** A request has ended that the model has answered. */
  async finished(model: ModelInfo, account: Account): Promise<void> {
    if (model.directory !== this.model) [this.model, this.first, this.token] = [model.directory, [], []];
    const { promptTokens, reusedTokens, firstTokenMs, generatedTokens, searchedTokens, decodeMs } = account;
    const decoded = generatedTokens + searchedTokens - 1;
    if (firstTokenMs > 0 && reusedTokens >= WARM_SHARE * promptTokens) keep(this.first, firstTokenMs);
    // The first token comes from the prompt's own run.
    if (generatedTokens > 1) keep(this.token, decodeMs / decoded);
    const [firstMs, tokenMs] = [median(this.first), median(this.token)];
    if (firstMs <= MOST_FIRST_MS && tokenMs <= MOST_TOKEN_MS) return;
    const { store } = this.parts;
    const quiet = store.get<readonly string[]>(QUIET) ?? [];
    const names = [EVERY_MODEL, model.directory];
    if (this.told.has(model.directory) || names.some((name) => quiet.includes(name))) return;
    this.told.add(model.directory);
    const answer = await this.parts.tell({ model, firstMs, tokenMs });
    if (answer === 'smaller') this.parts.choose();
    else if (answer !== undefined)
      await store.update(QUIET, [...quiet, answer === 'never' ? EVERY_MODEL : model.directory]);
  }
}

function keep(values: number[], newest: number): void {
  values.push(newest);
  if (values.length > REQUESTS) values.shift();
}

/** 0 until there are enough. */
function median(values: readonly number[]): number {
  return values.length < REQUESTS ? 0 : (values.toSorted((a, b) => a - b)[REQUESTS >> 1] ?? 0);
}
