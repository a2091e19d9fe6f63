import type { LocalCache } from './local-cache.ts';
import { candidatesOf, mix, probabilitiesOf, REST, type Candidates, type Mixed } from './mixer.ts';
import type { Network } from './network.ts';
import { networks } from './networks.ts';

/** A token, and how likely it is right. */
export interface Choice {
  id: number;
  probability: number;
}

export interface MixingOptions {
  cache: LocalCache;
  /** Tokens that text is not made of. */
  forbidden: ReadonlySet<number>;
  endIds: readonly number[];
  /** The fitted networks where they are left out. */
  networks?: { both: Network; cache: Network };
}

/** What is asked of the tokens after a text. */
export interface MixingQuestion {
  /** [vocabulary] of the model; undefined where the text around is asked alone. */
  logits: Float32Array | undefined;
  /** Since the cache began. */
  generated: readonly number[];
  isAllowed: ((id: number) => boolean) | undefined;
  /** Whether the text ends with its line: then the model's end of text and an end of line are the same. */
  isOneLine: boolean;
}

/** Chooses tokens by what the model and the text around say together. */
export class Mixing {
  constructor(private readonly options: MixingOptions) {}

  /** The model's probabilities, as they are mixed. */
  probabilities({ logits, isAllowed, isOneLine }: MixingQuestion): Float32Array | undefined {
    const { forbidden, endIds, cache } = this.options;
    if (logits === undefined) return undefined;
    return probabilitiesOf(logits, isAllowed, isOneLine, { encoder: cache.encoder, forbidden, endIds });
  }

  candidates(
    { generated, isAllowed, isOneLine }: MixingQuestion,
    model: Float32Array | undefined,
  ): Candidates {
    const { cache } = this.options;
    cache.after(generated);
    const evidence = cache.evidence(isOneLine);
    const { counts, kinds } = cache;
    const asked = { model, isAllowed, ...evidence, counts, kinds, line: cache.line() };
    return candidatesOf(asked, cache.encoder.newline);
  }

  distribution(question: MixingQuestion): Mixed {
    const { both, cache } = this.options.networks ?? networks;
    return mix(
      this.candidates(question, this.probabilities(question)),
      question.logits === undefined ? cache : both,
    );
  }

  /** The likeliest tokens, the likeliest first; the end where nothing is known. */
  choose(question: MixingQuestion, count = 1): Choice[] {
    const { ids, probabilities } = this.distribution(question);
    const choices = ids
      .map((id, at) => ({ id, probability: probabilities[at] ?? 0 }))
      .filter(({ id }) => id !== REST)
      .sort((a, b) => b.probability - a.probability)
      .slice(0, count);
    return choices.length > 0 ? choices : [{ id: this.options.endIds[0] ?? 0, probability: 0 }];
  }
}
