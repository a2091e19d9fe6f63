import {
  type Choice,
  type ForcedStart,
  greedy,
  type Mixing,
  type Step,
  type StopRule,
  TextStream,
} from '../decoding/index.ts';
import type { StopReason } from './result.ts';

/** What tokens there are. */
export interface Vocabulary {
  /** Tokens that text is not made of. */
  forbidden: ReadonlySet<number>;
  /** Tokens that end a text. */
  endIds: readonly number[];
}

/** The first line of a text may take so many times its time, and a word of it so many. */
const LINE_GRACE = 1.5;
const WORD_GRACE = 2;

/** Another token than the one that was chosen, which comes close. */
export interface Branch {
  /** Of the writer's tokens, how many stand before it. */
  at: number;
  id: number;
  /** How likely it is right, with all that stands before. */
  probability: number;
}

/** Why a text may have ended in the middle of a line. */
const CUT_SHORT: ReadonlySet<StopReason> = new Set(['max-tokens', 'time', 'repetition']);

/** Tokens that are looked at beside the one that is chosen. */
const SIDEWAYS = 2;

/** Makes text of one sequence's tokens: chooses them, and says when the text is complete. */
export class Writer {
  /** Tokens of the text; those of the word at the cursor are no part of it. */
  count = 0;
  /** Why the text is complete. */
  stop: StopReason | undefined;
  /** All tokens taken, those of the word at the cursor too. */
  readonly ids: number[] = [];
  /** After each token chosen by mixing. */
  readonly steps: Step[] = [];
  /** Other tokens that its first line might have gone on with, where texts are mixed. */
  readonly branches: Branch[] = [];
  /** How likely the first line that says something is right, as far as it is written; 1 where nothing is mixed. */
  lineProbability = 1;
  private isBelowLine = false;
  /** Of all tokens chosen so far together. */
  private probability = 1;
  private readonly stream: TextStream;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly start: ForcedStart,
    private readonly rule: StopRule,
    private readonly maxTokens: number,
    private readonly mixing?: Mixing,
  ) {
    this.stream = new TextStream(start);
  }

  /** Whether its first line that says something is there to its end. */
  get hasLine(): boolean {
    return this.isBelowLine || (this.stop !== undefined && !CUT_SHORT.has(this.stop));
  }

  get isMixed(): boolean {
    return this.mixing !== undefined;
  }

  get text(): string {
    return this.rule.text;
  }

  /**
   * The next token, greedily; of a word that stands there already, those that continue it.
   * @param logits undefined where there is no model, but text to mix with it
   */
  choose(logits: Float32Array | undefined): number {
    if (this.mixing !== undefined) {
      const [choice, ...others] = this.likeliest(logits, this.isBelowLine ? 1 : 1 + SIDEWAYS);
      for (const { id, probability } of others)
        this.branches.push({ at: this.ids.length, id, probability: this.probability * probability });
      this.probability *= choice?.probability ?? 0;
      return choice?.id ?? -1;
    }
    const known = logits ?? new Float32Array(0);
    return this.start.isDone ? greedy(known, this.vocabulary.forbidden) : this.start.choose(known);
  }

  /** The next token was chosen by another writer at the same place. @param probability of it */
  isGiven(probability: number): void {
    this.probability *= probability;
  }

  /** Takes the tokens before another writer's branch, and the branch itself. */
  take(other: Writer, { at, id, probability }: Branch): void {
    for (let index = 0; index < at; index++) {
      this.probability = other.steps[index]?.probability ?? 0;
      this.push(other.ids[index] ?? 0);
    }
    this.probability = probability;
    this.push(id);
  }

  /** The likeliest next tokens by mixing. */
  likeliest(logits: Float32Array | undefined, count: number): Choice[] {
    const isAllowed = this.start.isDone ? undefined : (id: number): boolean => this.start.allows(id);
    const question = { logits, generated: this.ids, isAllowed, isOneLine: !this.rule.block };
    return this.mixing?.choose(question, count) ?? [];
  }

  /**
   * Ends the text if its time is used up and this is a good place: after a line, or after a word where the first one takes too long.
   * @param used share of the time
   */
  endInTime(used: number): void {
    if (this.stop !== undefined || used < 1) return;
    const { end } = this.rule;
    if ((end !== 'line' && used < LINE_GRACE) || (end === 'in-word' && used < WORD_GRACE)) return;
    if (end === 'in-word') this.rule.dropWord();
    this.stop = this.rule.finish('cut-short') ?? 'time';
  }

  /** Takes a token that was chosen. */
  push(id: number): void {
    this.ids.push(id);
    const isForced = !this.start.isDone;
    const isEnd = this.vocabulary.endIds.includes(id);
    const piece = isEnd ? '' : this.stream.push(id);
    // Tokens of the word at the cursor are no part of the suggestion; the one that goes beyond it is.
    if (!isForced || piece !== '') this.count++;
    if (isEnd) this.stop = this.rule.finish('complete') ?? 'end-token';
    else {
      this.stop = this.rule.push(piece);
      if (this.stop === undefined && this.count >= this.maxTokens)
        this.stop = this.rule.finish('cut-short') ?? 'max-tokens';
    }
    if (this.mixing === undefined) return;
    this.steps.push({ length: this.rule.length, probability: this.probability });
    if (!this.isBelowLine) this.lineProbability = this.probability;
    this.isBelowLine ||= this.rule.end === 'line';
  }
}
