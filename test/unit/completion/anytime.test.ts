import assert from 'node:assert/strict';
import { Completer } from '../../../engine/completion/completer.ts';
import { halved } from '../../../engine/completion/windows.ts';
import type { CompletionRequest, CompletionResult } from '../../../engine/index.ts';
import { chooseFimFormat } from '../../../engine/prompt/index.ts';
import type { ModelSession } from '../../../engine/runtime/model-session.ts';
import { loadTokenizer, type Tokenizer } from '../../../engine/tokenizer/index.ts';
import { speedOf } from '../../fixtures/speed.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openTinyModel } from '../../fixtures/tiny-model.ts';

const LINES = Array.from({ length: 60 }, (_, at) => `const value${at} = add(${at}, ${at * 7});\n`);
const ABOVE = LINES.slice(0, 39).join('');
const BELOW = `\n${LINES.slice(39).join('')}`;
/** What is typed, a key at a time. */
const TYPED = 'return add(value1, value2);';
const never = (): boolean => false;

/** At 50 ms a token, 40 tokens may be waited for: none of the windows. */
const request = (typed: string, change: Partial<CompletionRequest> = {}): CompletionRequest => ({
  document: 'a.ts',
  context: { prefix: ABOVE + typed, suffix: BELOW, prefixOffset: 0, path: 'a.ts', languageId: 'typescript' },
  lines: 'single',
  maxTokens: 4,
  prefixTokens: 500,
  suffixTokens: 200,
  latencyMs: 2000,
  ...change,
});

const said = (result: CompletionResult): string =>
  result.kind === 'completion' ? result.text : result.reason;

describe('Anytime context', () => {
  const folder = temporaryFolder();
  let session: ModelSession;
  let tokenizer: Tokenizer;
  let completer: Completer;
  before(async () => {
    ({ session } = await openTinyModel(folder));
    tokenizer = await loadTokenizer('test/fixtures/tokenizer/byte-level');
  });
  after(() => session.close());
  const newCompleter = (): Completer =>
    new Completer({ session, tokenizer, format: chooseFimFormat(tokenizer) }, 2 ** 24, {
      speed: speedOf(50),
    });
  beforeEach(() => {
    completer = newCompleter();
  });
  /** Gives way after so many runs of the model. */
  const givingWayAfter = (runs: number) => (): boolean => runs-- <= 0;

  it('the first answer comes from a small window and says what that says', async () => {
    const result = await completer.complete(request(''), never);
    assert.equal(result.account.halvings, 3);
    assert.ok(result.account.promptTokens < 150, String(result.account.promptTokens));
    const small = { ...halved(request(''), 3), latencyMs: Infinity };
    assert.equal(said(result), said(await newCompleter().complete(request('', small), never)));
  });

  it('idle time brings the whole window, and the next key waits for no change', async () => {
    await completer.complete(request(''), never);
    const advanced = await completer.warm(request(''), never);
    const { account } = await completer.complete(request('r'), never);
    assert.equal(account.halvings, 0);
    assert.ok(account.promptTokens > 400, String(account.promptTokens));
    assert.ok(advanced > 700, `${advanced} tokens of all windows`);
    assert.ok(account.advancedTokens <= 8, `${account.advancedTokens} tokens waited for`);
  });

  it('idle time that is cut into pieces by keys brings it too, no key waits long and no window comes back', async () => {
    let halvings = (await completer.complete(request(''), never)).account.halvings;
    for (let length = 1; length <= TYPED.length; length++) {
      await completer.warm(request(TYPED.slice(0, length - 1)), givingWayAfter(7));
      const { account } = await completer.complete(request(TYPED.slice(0, length)), never);
      assert.ok(account.halvings <= halvings, `${account.halvings} halvings after ${halvings}`);
      assert.ok(account.advancedTokens <= 12, `${account.advancedTokens} tokens at key ${length}`);
      halvings = account.halvings;
    }
    assert.equal(halvings, 0);
  });

  it('after a jump a small window answers again', async () => {
    await completer.complete(request(''), never);
    await completer.warm(request(''), never);
    const [above, below] = [LINES.slice(0, 55).join(''), LINES.slice(56).join('')];
    const context = { ...request('').context, prefix: above, suffix: `\n${below}` };
    const { account } = await completer.complete(request('', { context }), never);
    assert.ok(account.halvings > 0);
  });

  it('preparing gives way within one chunk, and what it has computed is not computed again', async () => {
    let runs = 0;
    const first = await completer.warm(request(''), () => ++runs > 10);
    assert.equal(runs, 11);
    const rest = await completer.warm(request(''), never);
    const all = await newCompleter().warm(request(''), never);
    assert.equal(first + rest, all);
  });

  it('where no time is set, only the whole window is prepared and asked', async () => {
    const patient = request('', { latencyMs: Infinity });
    const advanced = await completer.warm(patient, never);
    const { account } = await completer.complete(patient, never);
    assert.equal(account.halvings, 0);
    assert.equal(advanced, account.promptTokens);
  });
});
