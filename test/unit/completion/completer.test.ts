import assert from 'node:assert/strict';
import { Completer } from '../../../engine/completion/completer.ts';
import type { CompletionRequest, CompletionResult } from '../../../engine/index.ts';
import { chooseFimFormat } from '../../../engine/prompt/index.ts';
import type { Advanced, ModelSession } from '../../../engine/runtime/model-session.ts';
import { loadTokenizer, type Tokenizer } from '../../../engine/tokenizer/index.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openTinyModel } from '../../fixtures/tiny-model.ts';

const PREFIX = 'import { a } from "b";\n\nfunction add(x: number, y: number) {\n  const sum = x + y;\n';
const SUFFIX = '\n}\n\nexport function twice(x: number) {\n  return add(x, x);\n}\n';
const never = (): boolean => false;

function request(
  prefix: string,
  suffix = SUFFIX,
  change: Partial<CompletionRequest> = {},
): CompletionRequest {
  return {
    document: 'a.ts',
    context: { prefix, suffix, prefixOffset: 0, path: 'src/a.ts', languageId: 'typescript' },
    lines: 'auto',
    maxTokens: 8,
    prefixTokens: 1500,
    suffixTokens: 500,
    ...change,
  };
}

/** What was said, without what it took. */
function said(result: CompletionResult): string {
  return result.kind === 'completion' ? `${result.stop}: ${result.text}` : result.reason;
}

describe('Completer', () => {
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
    new Completer({ session, tokenizer, format: chooseFimFormat(tokenizer) }, 2 ** 24);
  beforeEach(() => {
    completer = newCompleter();
  });

  it('the account adds up, cold and warm', async () => {
    for (const [prefix, least] of [
      [PREFIX, 0],
      [PREFIX, 50],
      [`${PREFIX}  re`, 50],
    ] as const) {
      const { account } = await completer.complete(request(prefix), never);
      assert.equal(account.reusedTokens + account.advancedTokens, account.promptTokens);
      assert.ok(account.promptTokens > 50);
      assert.ok(least === 0 ? account.reusedTokens === 0 : account.reusedTokens >= least);
      assert.ok(account.generatedTokens >= 1 && account.generatedTokens <= 8);
      assert.ok(account.firstTokenMs > 0 && account.firstTokenMs <= account.totalMs);
    }
  });

  it('says the same cold and warm', async () => {
    const lines = ['  if (sum > 10) {', '    return x;', '  }', '  return sum;'];
    const texts: string[] = [];
    for (let prefix = PREFIX, line = 0; line < lines.length; prefix += `${lines[line++] ?? ''}\n`) {
      const plain = request(prefix, SUFFIX, { bridges: false });
      const warm = said(await completer.complete(plain, never));
      assert.equal(warm, said(await newCompleter().complete(plain, never)));
      assert.equal(warm, said(await completer.complete(plain, never)));
      texts.push(warm);
    }
    assert.ok(new Set(texts).size > 1, texts.join('\n'));
  });

  it('generating ends when its time is used up, with several texts too; without a time it goes on', async () => {
    let clock = 0;
    const timed = new Completer({ session, tokenizer, format: chooseFimFormat(tokenizer) }, 2 ** 24, {
      now: () => (clock += 100),
    });
    const long = request(PREFIX, '', { lines: 'multiple', maxTokens: 40 });
    const patient = await timed.complete(long, never);
    const { account } = await timed.complete({ ...long, decodeMs: 500 }, never);
    assert.ok(patient.account.generatedTokens > 20, String(patient.account.generatedTokens));
    assert.ok(account.generatedTokens <= 10, String(account.generatedTokens));
    const several = await timed.complete({ ...long, decodeMs: 500, alternatives: 3 }, never);
    assert.ok(several.account.generatedTokens <= 10, String(several.account.generatedTokens));
  });

  it('a keystroke costs a handful of tokens', async () => {
    const line = '  const average = (x + y) / 2; // of both';
    await completer.complete(request(PREFIX, SUFFIX), never);
    const advanced: number[] = [];
    for (let length = 1; length <= line.length; length++) {
      const { account } = await completer.complete(request(PREFIX + line.slice(0, length), SUFFIX), never);
      advanced.push(account.advancedTokens);
    }
    // The last token of the text before the cursor, what the new character made of it, and <|middle|>.
    const sorted = advanced.toSorted((a, b) => a - b);
    assert.ok((sorted[Math.floor(sorted.length / 2)] ?? NaN) <= 3, advanced.join(' '));
    assert.ok(Math.max(...advanced) <= 12, advanced.join(' '));
  });

  it('after the cursor has moved, the suffix that is still true costs nothing', async () => {
    const { account: first } = await completer.complete(request(PREFIX), never);
    // The same text below, another line above.
    const { account } = await completer.complete(request(`${PREFIX}  log(sum);\n`), never);
    assert.ok(account.reusedTokens >= first.promptTokens - 12, JSON.stringify(account));
  });

  it('cancelled, stops before the next run of the model', async () => {
    for (const runs of [0, 1, 2, 4, 9]) {
      completer = newCompleter();
      let asked = 0;
      const result = await completer.complete(
        request(PREFIX.repeat(3), SUFFIX, { lines: 'multiple', maxTokens: 64 }),
        () => ++asked > runs,
      );
      assert.equal(said(result), 'cancelled');
      assert.equal(asked, runs + 1, 'asked again after it was told');
      assert.ok(result.account.advancedTokens <= result.account.promptTokens);
    }
  });

  it('cancelled while it reads the prompt, goes on from there the next time', async () => {
    let asked = 0;
    const prefix = PREFIX.repeat(3);
    const { account: cancelled } = await completer.complete(request(prefix), () => ++asked > 4);
    assert.ok(cancelled.advancedTokens > 0 && cancelled.advancedTokens < cancelled.promptTokens);
    assert.equal(cancelled.generatedTokens, 0);
    const { account } = await completer.complete(request(prefix), never);
    assert.equal(account.reusedTokens, cancelled.advancedTokens);
  });

  /** A completer whose model says what it is told to: `say` writes the logits after a run of `ids`. */
  const saying = (say: (logits: Float32Array, ids: readonly number[], length: number) => void): Completer => {
    const advance = async (...args: Parameters<ModelSession['advance']>): Promise<Advanced> => {
      const run = await session.advance(...args);
      say(run.logits, args[1], run.state.length);
      return run;
    };
    const scripted = Object.create(session, { advance: { value: advance } }) as ModelSession;
    return new Completer({ session: scripted, tokenizer, format: chooseFimFormat(tokenizer) }, 2 ** 24);
  };
  const special = (piece: string): number => tokenizer.special(piece) ?? NaN;
  const letter = (text: string): number => tokenizer.encode(text)[0] ?? NaN;

  for (const maxTokens of [1, 5]) {
    it(`ends after ${maxTokens} tokens`, async () => {
      // Another letter at each length, so that nothing repeats.
      completer = saying((logits, _, length) => {
        logits.fill(0);
        logits[letter('abcdefghijklmnopqrstuvwxyz'[length % 26] ?? '')] = 1;
      });
      const result = await completer.complete(request('x', '', { maxTokens }), never);
      assert.equal(result.account.generatedTokens, maxTokens);
      assert.match(said(result), new RegExp(`^max-tokens: [a-z]{${maxTokens}}$`));
    });
  }

  it('ends at the end token, and makes no text of control tokens and padding', async () => {
    completer = saying((logits, ids) => {
      logits.fill(0);
      logits[special('<|prefix|>')] = 3;
      logits[639] = 4;
      logits[ids[0] === letter('!') ? special('<|end|>') : letter('!')] = 2;
    });
    const result = await completer.complete(request('x', ''), never);
    assert.equal(said(result), 'end-token: !');
    assert.equal(result.account.generatedTokens, 2);
  });

  it('a model that says nothing gives no completion, with the reason', async () => {
    completer = saying((logits) => {
      logits.fill(0);
      logits[special('<|end|>')] = 1;
    });
    const result = await completer.complete(request('x'), never);
    assert.equal(said(result), 'empty');
    assert.equal(result.account.generatedTokens, 1);
  });

  it('a model whose logits are no numbers fails with an error, and the next request works', async () => {
    let broken = true;
    completer = saying((logits) => {
      if (broken) logits.fill(NaN);
    });
    await assert.rejects(completer.complete(request(PREFIX), never), /No logit to choose from/);
    broken = false;
    const result = await completer.complete(request(PREFIX), never);
    assert.equal(said(result), said(await newCompleter().complete(request(PREFIX), never)));
  });

  it('completes in an empty document', async () => {
    const { account } = await completer.complete(request('', ''), never);
    assert.ok(account.generatedTokens >= 1);
    assert.equal(account.advancedTokens, account.promptTokens);
  });

  it('after a jump up, lines stand in the tail, unless the request says that none may', async () => {
    const lines = SUFFIX.repeat(12).split('\n');
    const at = (line: number): CompletionRequest =>
      request(`${PREFIX}${lines.slice(0, line).join('\n')}`, `\n${lines.slice(line).join('\n')}`);
    await completer.complete(at(6), never);
    const { account: plain } = await completer.complete({ ...at(3), bridges: false }, never);
    assert.equal(plain.tailLines, 0);
    completer.forget();
    await completer.complete(at(6), never);
    const { account } = await completer.complete(at(3), never);
    assert.equal(account.tailLines, 3);
    assert.ok(account.reusedTokens > plain.reusedTokens + 200, JSON.stringify([account, plain]));
  });

  it('where generated text goes on from the prompt, its states are kept for when it is accepted', async () => {
    const format = chooseFimFormat(tokenizer, 'continuation');
    const budget = 2 ** 24;
    const bytes = async (maxTokens: number): Promise<number> => {
      const continuing = new Completer({ session, tokenizer, format }, budget);
      const { account } = await continuing.complete(
        request(PREFIX, '', { lines: 'multiple', maxTokens }),
        never,
      );
      assert.equal(account.generatedTokens, maxTokens);
      return continuing.stateBytes;
    };
    // The last token is chosen and not advanced by.
    assert.equal((await bytes(6)) - (await bytes(1)), 5 * session.logBytes);
  });

  it('forgets when asked to', async () => {
    await completer.complete(request(PREFIX), never);
    completer.forget();
    assert.equal((await completer.complete(request(PREFIX), never)).account.reusedTokens, 0);
  });
});
