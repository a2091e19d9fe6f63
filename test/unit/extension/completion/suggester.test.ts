import assert from 'node:assert/strict';
import { EngineGoneError } from '../../../../engine/index.ts';
import { Latency } from '../../../../extension/completion/latency.ts';
import { Suggester, type Offer, type Wish } from '../../../../extension/completion/suggester.ts';
import { Suggestions } from '../../../../extension/completion/suggestions.ts';
import type { CompletionRequest } from '../../../../engine/index.ts';
import { account, fakeEngine, type FakeEngine } from '../fakeEngine.ts';
import { contextOf } from './filters/picture.ts';

function suggesterOf(engine: FakeEngine | { unavailable: string }) {
  const suggestions = new Suggestions();
  const pauses: number[] = [];
  const deaths: unknown[] = [];
  const failures: unknown[] = [];
  const suggester = new Suggester({
    engine: () => Promise.resolve(engine),
    died: (_, error) => deaths.push(error),
    failed: (error) => failures.push(error),
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    suggestions,
    latency: new Latency(),
  });
  const ask = (
    picture: string,
    changes: Partial<CompletionRequest & Wish> = {},
    signal = new AbortController().signal,
  ) => {
    const { automatic = true, debounce = -1, ...request } = changes;
    return suggester.suggest(
      {
        request: {
          document: 'a.ts',
          context: contextOf(picture),
          lines: 'auto',
          maxTokens: 64,
          prefixTokens: 1500,
          suffixTokens: 500,
          ...request,
        },
        automatic,
        debounce,
      },
      signal,
    );
  };
  return { ask, suggestions, pauses, deaths, failures };
}

/** The text that is offered, or the reason. */
const say = (offer: Offer): string =>
  offer.kind === 'offered' ? offer.suggestion.text : `(${offer.reason})`;

describe('the suggester', () => {
  it("offers the engine's answer and says what it cost", async () => {
    const engine = fakeEngine(() => 'b);');
    const offer = await suggesterOf(engine).ask('f(a, █);');
    assert.deepEqual(offer, {
      kind: 'offered',
      suggestion: { text: 'b);', replaces: 2 },
      others: [],
      from: 'engine',
      isCutShort: false,
      account,
    });
  });

  it('gives the alternatives that are worth showing, each once, and keeps any that is typed along', async () => {
    const texts = ['foo()', 'bar()', ' foo()', '', 'baz', 'one too many'];
    const engine = fakeEngine(() => ({
      kind: 'completion',
      text: 'foo()',
      alternatives: texts,
      stop: 'line',
      confidence: 1,
      steps: [],
      account,
    }));
    const { ask } = suggesterOf(engine);
    const offer = await ask('x = █', { automatic: false, alternatives: 3 });
    assert.ok(offer.kind === 'offered' && offer.from === 'engine');
    assert.deepEqual(
      [offer.suggestion, ...offer.others].map(({ text }) => text),
      ['foo()', 'bar()', 'baz'],
    );
    assert.equal(say(await ask('x = ba█')), 'r()');
    assert.equal(engine.requests.length, 1);
  });

  it('where the first text is not worth showing, another is', async () => {
    const engine = fakeEngine(() => ({
      kind: 'completion',
      text: '   ',
      alternatives: ['b'],
      stop: 'line',
      confidence: 1,
      steps: [],
      account,
    }));
    assert.equal(say(await suggesterOf(engine).ask('x = █')), 'b');
  });

  it('asks again for who asks by command, though something is known', async () => {
    let count = 0;
    const engine = fakeEngine(() => `answer${++count}`);
    const { ask } = suggesterOf(engine);
    await ask('x = █');
    assert.equal(say(await ask('x = █', { automatic: false, alternatives: 3 })), 'answer2');
    assert.equal(engine.requests.at(-1)?.alternatives, 4, 'one to spare');
  });

  it('hands the settings to the engine', async () => {
    const engine = fakeEngine(() => 'b');
    await suggesterOf(engine).ask('a█', { lines: 'single', maxTokens: 5, prefixTokens: 70, suffixTokens: 8 });
    const { lines, maxTokens, prefixTokens, suffixTokens } = engine.requests[0] ?? {};
    assert.deepEqual([lines, maxTokens, prefixTokens, suffixTokens], ['single', 5, 70, 8]);
  });

  it('does not ask again, nor wait, while a suggestion is typed along', async () => {
    const engine = fakeEngine(() => 'foo(bar)');
    const { ask, pauses } = suggesterOf(engine);
    await ask('a = █');
    assert.equal(say(await ask('a = fo█')), 'o(bar)');
    const offer = await ask('a = foo(█)');
    assert.deepEqual(offer, { kind: 'offered', suggestion: { text: 'bar)', replaces: 1 }, from: 'kept' });
    assert.equal(engine.requests.length, 1);
    assert.equal(pauses.length, 1);
  });

  it('does not ask again where there was nothing to say', async () => {
    const engine = fakeEngine(() => ({ kind: 'none', reason: 'empty', account }));
    const { ask } = suggesterOf(engine);
    assert.equal(say(await ask('a█')), '(the model has nothing to say here)');
    assert.equal(say(await ask('a█')), '(the model has nothing to say here)');
    assert.equal(engine.requests.length, 1);
  });

  it('says why a text is not worth showing', async () => {
    const { ask } = suggesterOf(fakeEngine(() => 'b();'));
    assert.equal(say(await ask('█\nb();')), '(repeats the lines below)');
  });

  it('asks again after an edit below the cursor', async () => {
    const engine = fakeEngine(() => 'b');
    const { ask } = suggesterOf(engine);
    await ask('a█\nx');
    await ask('a█\ny');
    assert.equal(engine.requests.length, 2);
  });

  it('waits while typing, and not on request', async () => {
    const { ask, pauses } = suggesterOf(fakeEngine(() => 'b'));
    await ask('a█', { automatic: false });
    await ask('b█', { debounce: 300 });
    assert.deepEqual(pauses, [300]);
  });

  it('lets the newest request win', async () => {
    const releases: (() => void)[] = [];
    const engine = fakeEngine(
      (request) =>
        new Promise((resolve) => {
          releases.push(() => {
            resolve(request.context.prefix);
          });
        }),
    );
    const { ask } = suggesterOf(engine);
    const older = ask('a█', { automatic: false });
    await Promise.resolve();
    await Promise.resolve();
    const newer = ask('b█', { automatic: false });
    await new Promise(setImmediate);
    for (const release of releases) release();
    assert.equal(say(await older), '(cancelled by a newer request)');
    assert.equal(say(await newer), 'b');
  });

  it('does not start the engine for what was cancelled while it waited', async () => {
    const engine = fakeEngine(() => 'b');
    const controller = new AbortController();
    controller.abort();
    assert.equal(
      say(await suggesterOf(engine).ask('a█', {}, controller.signal)),
      '(cancelled by a newer request)',
    );
    assert.equal(engine.requests.length, 0);
  });

  it('says that there is no engine', async () => {
    assert.equal(
      say(await suggesterOf({ unavailable: 'no engine: broken' }).ask('a█')),
      '(no engine: broken)',
    );
  });

  it('reports the death of the worker', async () => {
    const { ask, deaths } = suggesterOf(fakeEngine(() => new EngineGoneError('worker gone')));
    assert.equal(say(await ask('a█')), '(the engine has stopped)');
    assert.equal(String(deaths), 'EngineGoneError: worker gone');
  });

  it('keeps the engine when one request meets a bug', async () => {
    const bug = new Error('undefined is not a function');
    let answers = 0;
    const { ask, deaths, failures } = suggesterOf(fakeEngine(() => (answers++ === 0 ? bug : 'b')));
    assert.equal(say(await ask('a█')), '(the engine failed at this request)');
    assert.deepEqual([deaths, failures], [[], [bug]]);
    assert.equal(say(await ask('a█')), 'b');
  });

  it('does not offer the same again right after it was accepted', async () => {
    const { ask, suggestions } = suggesterOf(fakeEngine(() => 'x, '));
    const context = contextOf('f(█');
    const offer = await ask('f(█');
    assert.ok(offer.kind === 'offered');
    suggestions.accepted(context, { text: 'x, ', replaces: 0 });
    assert.equal(say(await ask('f(x, █')), '(the same was accepted just now)');
  });
});
