import assert from 'node:assert/strict';
import { Completer } from '../../../engine/completion/completer.ts';
import { openCompleter } from '../../../engine/completion/open-completer.ts';
import type { CompletionRequest, CompletionResult } from '../../../engine/index.ts';
import { chooseFimFormat } from '../../../engine/prompt/index.ts';
import type { ModelSession } from '../../../engine/runtime/model-session.ts';
import { loadTokenizer, type Tokenizer } from '../../../engine/tokenizer/index.ts';
import { type Edited, editScript } from '../../fixtures/edit-script.ts';
import { seededRandom } from '../../fixtures/random-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openTinyModel } from '../../fixtures/tiny-model.ts';

const never = (): boolean => false;

const requestAt = ({ text, cursor }: Edited, maxTokens: number): CompletionRequest => ({
  context: {
    prefix: text.slice(0, cursor),
    suffix: text.slice(cursor),
    prefixOffset: 0,
    path: 'src/a.ts',
    languageId: 'typescript',
  },
  document: 'a.ts',
  lines: 'multiple',
  maxTokens,
  prefixTokens: 250,
  suffixTokens: 100,
});

const said = (result: CompletionResult): string =>
  result.kind === 'completion' ? result.text : `(${result.reason})`;

/** What a script's requests said, warm and cold, where both laid the prompt out alike. */
interface Compared {
  same: number;
  different: { warm: string; cold: string; step: number }[];
  /** After a jump the warm one may put lines into the tail, which is another prompt. */
  bridged: number;
  texts: Set<string>;
  reused: number;
}

/** Lives through a script with one completer, and asks another that knows nothing the same at each step. */
async function live(
  script: readonly Edited[],
  { warm, cold, seed, maxTokens }: { warm: Completer; cold: Completer; seed: number; maxTokens: number },
  compared: Compared,
): Promise<void> {
  const random = seededRandom(seed);
  for (const [step, edited] of script.entries()) {
    const request = requestAt(edited, maxTokens);
    const chance = random();
    if (chance < 0.2) await warm.warm(request, never);
    if (chance > 0.8) {
      let asked = Math.floor(random() * 6);
      await warm.complete(request, () => asked-- <= 0);
    }
    if (chance > 0.4 && chance < 0.6) continue;
    const result = await warm.complete(request, never);
    if (result.account.tailLines > 0) {
      compared.bridged++;
      continue;
    }
    cold.forget();
    const expected = said(await cold.complete(request, never));
    compared.texts.add(expected);
    compared.reused += result.account.reusedTokens;
    if (said(result) === expected) compared.same++;
    else compared.different.push({ warm: said(result), cold: expected, step });
  }
}

describe('exactness', () => {
  const root = temporaryFolder();
  let session: ModelSession;
  let tokenizer: Tokenizer;
  before(async () => {
    ({ session } = await openTinyModel(root));
    tokenizer = await loadTokenizer('test/fixtures/tokenizer/byte-level');
  });
  after(() => session.close());
  const nothing = (): Compared => ({ same: 0, different: [], bridged: 0, texts: new Set(), reused: 0 });

  for (const [name, states] of [
    ['much memory', 200],
    ['memory for eight states', 8],
    ['memory for three', 0],
  ] as const) {
    it(`restored and advanced, says what a cold start says, with ${name}`, async function () {
      this.timeout(120_000);
      const model = { session, tokenizer, format: chooseFimFormat(tokenizer) };
      const cold = new Completer(model, 0);
      const compared = nothing();
      const budget = states * session.stateBytes;
      for (let seed = 1; seed <= 170; seed++) {
        const warm = new Completer(model, budget);
        await live(editScript(seed * 3 + states, 8), { warm, cold, seed, maxTokens: 6 }, compared);
        assert.ok(warm.stateBytes <= Math.max(budget, 3 * session.stateBytes));
        warm.forget();
        assert.equal(warm.stateBytes, 0);
      }
      assert.deepEqual(compared.different, []);
      assert.ok(compared.same > 500, `${compared.same} compared`);
      assert.ok(compared.reused > 20_000, `${compared.reused} tokens reused`);
      // A model that says the same everywhere would say it from a wrong state too.
      assert.ok(compared.texts.size > 200, `${compared.texts.size} texts`);
    });
  }

  it('so does the bundled model', async function () {
    this.timeout(120_000);
    const [warm, cold] = [await openCompleter('engine/bundled', 1), await openCompleter('engine/bundled', 1)];
    const compared = nothing();
    for (let seed = 1; seed <= 12; seed++) {
      const script = editScript(seed + 1000, 8);
      await live(script, { warm: warm.completer, cold: cold.completer, seed, maxTokens: 12 }, compared);
    }
    await warm.close();
    await cold.close();
    assert.deepEqual(compared.different, []);
    assert.ok(compared.same > 30, `${compared.same} compared`);
  });
});
