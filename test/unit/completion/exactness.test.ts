import assert from 'node:assert/strict';
import { Completer, PROMPT_TOKENS, type CompletionModel } from '../../../engine/completion/completer.ts';
import { halved } from '../../../engine/completion/windows.ts';
import { unfinishedWord } from '../../../engine/decoding/index.ts';
import type { Account, CompletionRequest, CompletionResult } from '../../../engine/index.ts';
import { buildPrompt, chooseFimFormat } from '../../../engine/prompt/index.ts';
import type { ModelSession } from '../../../engine/runtime/model-session.ts';
import { openModel } from '../../../engine/runtime/open-model.ts';
import { loadTokenizer, type Tokenizer } from '../../../engine/tokenizer/index.ts';
import { coldText } from '../../fixtures/cold-text.ts';
import { editScript, type Edited } from '../../fixtures/edit-script.ts';
import { seededRandom } from '../../../engine/seeded-random.ts';
import { type Run, SessionWitness } from '../../fixtures/session-witness.ts';
import { speedOf } from '../../fixtures/speed.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openTinyGranite, openTinyModel } from '../../fixtures/tiny-model.ts';

/** Memory for so many states: everything fits; something has to go all the time; the least there is. */
const BUDGETS = [200, 8, 0];
/**
 * How far a state or logits may be from those of one run over all tokens, relative to their largest number. The machines seen give
 * the same bits; others may round larger matrix products differently. One wrong token, long before, makes 5e-5 or more.
 */
const ROUNDING = 2e-5;

/** One of each kind of layout. */
const FORMATS = ['mamba-complete', 'mistral', 'prefix-suffix-middle', 'instruct', 'continuation'] as const;
/** Whatever the machine: a suffix behind the prefix is as long as the speed allows. */
const MS_A_TOKEN = 0.01;

const never = (): boolean => false;

function requestAt({ text, cursor }: Edited, document: string, maxTokens: number): CompletionRequest {
  const [prefix, suffix] = [text.slice(0, cursor), text.slice(cursor)];
  return {
    context: { prefix, suffix, prefixOffset: 0, path: `src/${document}`, languageId: 'typescript' },
    document,
    lines: 'multiple',
    maxTokens,
    prefixTokens: 250,
    // Behind a prefix there are always so many, however fast the model is.
    suffixTokens: 48,
  };
}

/** Lives through scripts with one completer each, and holds what it knows to cold starts. */
class Comparison {
  compared = 0;
  bridged = 0;
  reused = 0;
  replayed = 0;
  /** Answers by how often their window was halved. */
  readonly halvings = new Map<number, number>();
  readonly texts = new Set<string>();
  private readonly witness: SessionWitness;
  private readonly cold: Completer;

  /** @param affordable tokens that may be waited for, whatever the machine; a larger window answers when it is known */
  constructor(
    private readonly model: CompletionModel,
    private readonly affordable = Infinity,
  ) {
    this.witness = new SessionWitness(model.session);
    this.cold = new Completer(model, 0, { speed: speedOf(MS_A_TOKEN) });
  }

  /** A script with edits in two documents; in between, places are prepared for, requests cancelled and suggestions accepted. */
  async live(seed: number, { edits, maxTokens }: { edits: number; maxTokens: number }): Promise<void> {
    const { stateBytes, keyBytes } = this.model.session;
    const budget = (BUDGETS[seed % BUDGETS.length] ?? 0) * stateBytes;
    const warm = new Completer({ ...this.model, session: this.witness.session }, budget, {
      speed: speedOf(MS_A_TOKEN),
    });
    const random = seededRandom(seed);
    const documents = [editScript(2 * seed, edits), editScript(2 * seed + 1, edits)] as const;
    for (let step = 0; step < edits; step++) {
      const at = random() < 0.8 ? 0 : 1;
      const document = `${at}.ts`;
      const edited = documents[at][step];
      assert.ok(edited);
      const request = this.requestAt(edited, document, maxTokens);
      const chance = random();
      let asked = Math.floor(random() * 6);
      const isCancelled = (): boolean => asked-- <= 0;
      if (chance < 0.15) await warm.warm(request, never);
      else if (chance < 0.2) await warm.warm(request, isCancelled);
      else if (chance < 0.4) await warm.complete(request, isCancelled);
      else if (chance < 0.42) warm.drop(document);
      if (random() < 0.3) continue;

      const where = `seed ${seed}, step ${step}`;
      const result = await this.compare(warm, request, where);
      assert.ok(warm.stateBytes <= Math.max(budget, 3 * stateBytes + PROMPT_TOKENS * keyBytes), where);
      if (result.kind === 'none' || random() < 0.7) continue;
      const prefix = request.context.prefix + result.text;
      const accepted = { text: prefix + request.context.suffix, cursor: prefix.length };
      await this.compare(warm, this.requestAt(accepted, document, maxTokens), `${where}, accepted`);
    }
    warm.forget();
    assert.equal(warm.stateBytes, 0);
  }

  private requestAt(edited: Edited, document: string, maxTokens: number): CompletionRequest {
    return { ...requestAt(edited, document, maxTokens), latencyMs: this.affordable * MS_A_TOKEN };
  }

  private async compare(
    warm: Completer,
    request: CompletionRequest,
    where: string,
  ): Promise<CompletionResult> {
    this.witness.forget();
    const result = await warm.complete(request, never);
    const { account } = result;
    this.compared++;
    this.reused += account.reusedTokens;
    this.replayed += account.replayedTokens;
    this.halvings.set(account.halvings, (this.halvings.get(account.halvings) ?? 0) + 1);
    const { first } = this.witness;
    const ids = this.promptIds(request, account);
    if (first !== undefined) await this.compareRun(first, ids, where);
    if (account.tailLines + account.recentSteps > 0) {
      // A cold start has no reason to bridge: the same prompt is continued by hand.
      this.bridged++;
      const text = await coldText(this.model, ids, request);
      this.texts.add(text);
      assert.equal(result.kind === 'completion' ? result.text : '', text.trim() === '' ? '' : text, where);
      return result;
    }
    this.cold.forget();
    const expected = said(await this.cold.complete(wholeWindow(request, account), never));
    this.texts.add(expected);
    assert.equal(said(result), expected, where);
    return result;
  }

  private promptIds(request: CompletionRequest, account: Account): number[] {
    const { tailLines, recentSteps } = account;
    const { tokenizer, format } = this.model;
    const { prefix } = request.context;
    const finished = prefix.slice(0, prefix.length - unfinishedWord(prefix).length);
    const context = { ...request.context, prefix: finished };
    return buildPrompt(
      context,
      { ...wholeWindow(request, account), tailLines, recentSteps },
      format,
      tokenizer,
    ).ids;
  }

  /** The state and the logits, against those of one run over all tokens. */
  private async compareRun(run: Run, prompt: readonly number[], where: string): Promise<void> {
    const { session } = this.model;
    const ids = [...prompt.slice(0, run.from), ...run.ids];
    const { state, logits } = await session.advance(session.initialState(), ids, 'last');
    const [stateError, logitError] = [
      distance(session.valuesOf(state), run.values),
      distance(logits, run.logits),
    ];
    state.release();
    assert.ok(stateError <= ROUNDING, `${where}: the state differs by ${stateError}`);
    assert.ok(logitError <= ROUNDING, `${where}: the logits differ by ${logitError}`);
  }
}

/** What asks for the window that has answered, however long it takes. */
const wholeWindow = (request: CompletionRequest, { halvings }: Account): CompletionRequest => ({
  ...request,
  ...halved(request, halvings),
  latencyMs: Infinity,
});

const said = (result: CompletionResult): string =>
  result.kind === 'completion' ? result.text : `(${result.reason})`;

/** The largest difference, relative to the largest number. */
function distance(expected: Float32Array, actual: Float32Array): number {
  let difference = 0;
  let largest = 0;
  for (let at = 0; at < expected.length; at++) {
    const value = expected[at] ?? NaN;
    difference = Math.max(difference, Math.abs(value - (actual[at] ?? NaN)));
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / largest;
}

/** With the markers of every format, by other names. */
function withAllMarkers(tokenizer: Tokenizer): Tokenizer {
  const names: Record<string, string> = {
    '<s>': '<|bos|>',
    '</s>': '<|end|>',
    '[SUFFIX]': '<|suffix|>',
    '[PREFIX]': '<|prefix|>',
    '[INST]': '<|path|>',
    '[/INST]': '<|middle|>',
    '<fim_prefix>': '<|prefix|>',
    '<fim_suffix>': '<|suffix|>',
    '<fim_middle>': '<|middle|>',
    '<|endoftext|>': '<|end|>',
  };
  return {
    vocabularySize: tokenizer.vocabularySize,
    encode: (text, options) => tokenizer.encode(text, options),
    bytes: (id) => tokenizer.bytes(id),
    decode: (ids) => tokenizer.decode(ids),
    special: (piece) => tokenizer.special(names[piece] ?? piece),
  };
}

describe('what is restored and advanced says what a cold start says', () => {
  const root = temporaryFolder();
  let session: ModelSession;
  let tokenizer: Tokenizer;
  before(async () => {
    ({ session } = await openTinyModel(root));
    tokenizer = withAllMarkers(await loadTokenizer('test/fixtures/tokenizer/byte-level'));
  });
  after(() => session.close());

  for (const name of FORMATS) {
    it(`in 126 random edit scripts, laid out as ${name}`, async function () {
      this.timeout(120_000);
      const format = chooseFimFormat(tokenizer, name);
      const comparison = new Comparison({ session, tokenizer, format });
      for (let seed = 1; seed <= 126; seed++)
        await comparison.live(seed, { edits: 5 + (seed % 26), maxTokens: 6 });
      const { compared, bridged, reused, replayed, texts } = comparison;
      assert.ok(compared > 1500, `${compared} compared`);
      assert.ok(reused > 90_000 && replayed > 2000, `${reused} tokens reused, ${replayed} of them replayed`);
      assert.equal(bridged > 0, name === 'mamba-complete' || name === 'instruct', `${bridged} bridged`);
      // A model that says the same everywhere would say it from a wrong state too.
      assert.ok(texts.size > 300, `${texts.size} texts`);
    });
  }

  it('in 63 random edit scripts with a Granite, which has attention', async function () {
    this.timeout(120_000);
    // As many bytes of keys and values as of states: what is evicted is not always the same.
    const attention = { layers: [0, 2], heads: 4, kvHeads: 1, headDim: 8, bias: true };
    const granite = await openTinyGranite(root, { layers: 4, attention });
    const format = chooseFimFormat(tokenizer, 'prefix-suffix-middle');
    const comparison = new Comparison({ session: granite.session, tokenizer, format });
    for (let seed = 1; seed <= 63; seed++)
      await comparison.live(seed, { edits: 5 + (seed % 26), maxTokens: 6 });
    await granite.close();
    const { compared, reused, replayed, texts } = comparison;
    assert.ok(compared > 700, `${compared} compared`);
    assert.ok(reused > 45_000 && replayed > 1000, `${reused} tokens reused, ${replayed} of them replayed`);
    assert.ok(texts.size > 120, `${texts.size} texts`);
  });

  for (const name of ['mamba-complete', 'mistral', 'prefix-suffix-middle']) {
    it(`in 60 where only a part of the window is computed in time, laid out as ${name}`, async function () {
      this.timeout(120_000);
      const format = chooseFimFormat(tokenizer, name);
      const comparison = new Comparison({ session, tokenizer, format }, 100);
      for (let seed = 1; seed <= 60; seed++)
        await comparison.live(seed, { edits: 5 + (seed % 26), maxTokens: 6 });
      const { compared, halvings, reused } = comparison;
      assert.ok(compared > 600 && reused > 20_000, `${compared} compared, ${reused} tokens reused`);
      const counts = [0, 1, 2].map((many) => halvings.get(many) ?? 0);
      assert.ok(Math.min(...counts) >= 20, `${counts.join(', ')} answers by the window's halvings`);
    });
  }

  it('in 20 with the bundled model', async function () {
    this.timeout(120_000);
    const folder = 'engine/bundled';
    const bundled = await openModel(folder, { threads: 1 });
    const pieces = await loadTokenizer(folder);
    const format = chooseFimFormat(pieces);
    const comparison = new Comparison({ session: bundled.session, tokenizer: pieces, format });
    for (let seed = 1; seed <= 20; seed++) await comparison.live(seed, { edits: 8, maxTokens: 8 });
    await bundled.close();
    const { compared, reused, texts } = comparison;
    assert.ok(compared > 100, `${compared} compared`);
    assert.ok(reused > 5000, `${reused} tokens reused`);
    assert.ok(texts.size > 50, `${texts.size} texts`);
  });
});
