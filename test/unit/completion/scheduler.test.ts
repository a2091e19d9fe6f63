import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { emptyAccount, type CompletionResult } from '../../../engine/completion/result.ts';
import { Scheduler } from '../../../engine/completion/scheduler.ts';
import type { CompletionRequest } from '../../../engine/index.ts';

const at = (prefix: string, change: Partial<CompletionRequest> = {}): CompletionRequest => ({
  document: 'a.ts',
  context: { prefix, suffix: '\n}', prefixOffset: 0, path: 'a.ts', languageId: 'typescript' },
  lines: 'auto',
  maxTokens: 64,
  prefixTokens: 1500,
  suffixTokens: 500,
  ...change,
});

/** A completer that says what the test wants, a character at each turn of the event loop. */
class SlowCompleter {
  /** What was done, in order. */
  readonly done: string[] = [];
  used = ['a.ts'];
  /** Of the window that answers. */
  halvings = 0;
  /** Characters a run waits after each. */
  constructor(private readonly says: (prefix: string) => string | Error) {}

  async complete(
    request: CompletionRequest,
    isCancelled: () => boolean,
    said: (text: string) => void,
  ): Promise<CompletionResult> {
    const { prefix } = request.context;
    const text = this.says(prefix);
    if (text instanceof Error) throw text;
    for (let length = 1; length <= text.length; length++) {
      await sleep(2);
      if (isCancelled()) {
        this.done.push(`cancelled ${prefix}`);
        return { kind: 'none', reason: 'cancelled', account: emptyAccount() };
      }
      said(text.slice(0, length));
    }
    this.done.push(`completed ${prefix}`);
    const account = { ...emptyAccount(), halvings: this.halvings };
    if (text === '') return { kind: 'none', reason: 'empty', account };
    const steps = [
      { length: 1, probability: 0.9 },
      { length: text.length, probability: 0.5 },
    ];
    return { kind: 'completion', text, alternatives: [], stop: 'line', confidence: 1, steps, account };
  }

  async warm(request: CompletionRequest, isCancelled: () => boolean): Promise<number> {
    for (let chunk = 0; chunk < 5; chunk++) {
      await sleep(2);
      if (isCancelled()) {
        this.done.push(`gave way ${request.context.prefix}`);
        return chunk;
      }
    }
    this.done.push(`warmed ${request.context.prefix}`);
    return 5;
  }

  *learning(name: string, text: string | undefined): Generator<undefined, void> {
    for (const part of text ?? '') {
      this.done.push(`learns ${name}: ${part}`);
      yield;
    }
    this.done.push(text === undefined ? `forgot ${name}` : `learnt ${name}`);
  }

  save(document: string): Promise<void> {
    this.done.push(`saved ${document}`);
    return Promise.resolve();
  }

  written(): Promise<void> {
    this.done.push('written');
    return Promise.resolve();
  }

  drop(document: string): void {
    this.done.push(`dropped ${document}`);
  }

  forget(): void {
    this.done.push('forgot');
  }
}

const text = (result: CompletionResult): string =>
  result.kind === 'completion' ? result.text : `(${result.reason})`;
const ever = new AbortController().signal;

describe('Scheduler', () => {
  let completer: SlowCompleter;
  let scheduler: Scheduler;
  beforeEach(() => {
    completer = new SlowCompleter((prefix) => `${prefix}:abcdefghij`);
    scheduler = new Scheduler(completer);
  });

  it('a newer request ends an older one', async () => {
    const older = scheduler.complete(at('x'), ever);
    await sleep(6);
    const newer = scheduler.complete(at('y'), ever);
    assert.equal(text(await older), '(cancelled)');
    assert.equal(text(await newer), 'y:abcdefghij');
    assert.deepEqual(completer.done, ['cancelled x', 'completed y']);
  });

  it('typing along takes over the running generation, which the editor has cancelled', async () => {
    completer = new SlowCompleter(() => 'value = 1;');
    scheduler = new Scheduler(completer);
    const cancelled = new AbortController();
    const older = scheduler.complete(at('let '), cancelled.signal);
    await sleep(6);
    cancelled.abort();
    assert.equal(text(await older), '(cancelled)');
    const newer = scheduler.complete(at('let va'), ever);
    assert.equal(text(await newer), 'lue = 1;');
    assert.deepEqual(completer.done, ['completed let ']);
  });

  it('typing along a suggestion that is complete gives what is left of it', async () => {
    completer = new SlowCompleter(() => 'value');
    scheduler = new Scheduler(completer);
    await scheduler.complete(at('let '), ever);
    assert.equal(text(await scheduler.complete(at('let v'), ever)), 'alue');
    const rest = await scheduler.complete(at('let va'), ever);
    assert.equal(text(rest), 'lue');
    assert.deepEqual(rest.kind === 'completion' && rest.steps, [{ length: 3, probability: 0.5 }]);
    assert.deepEqual(completer.done, ['completed let ']);
  });

  it('each further key keeps the generation that the first one took over', async () => {
    completer = new SlowCompleter(() => `value${'x'.repeat(300)}`);
    scheduler = new Scheduler(completer);
    let last: Promise<CompletionResult> | undefined;
    for (const prefix of ['let ', 'let v', 'let va', 'let val', 'let valu']) {
      const cancelled = new AbortController();
      last = scheduler.complete(at(prefix), cancelled.signal);
      if (prefix === 'let valu') break;
      await sleep(60);
      cancelled.abort();
      await sleep(20);
    }
    assert.ok(last);
    assert.equal(text(await last), `e${'x'.repeat(300)}`);
    assert.deepEqual(completer.done, ['completed let ']);
  });

  it('nothing to say at one place is asked again at the next', async () => {
    completer = new SlowCompleter((prefix) => (prefix === 'let ' ? '' : 'word'));
    scheduler = new Scheduler(completer);
    assert.equal(text(await scheduler.complete(at('let '), ever)), '(empty)');
    assert.equal(text(await scheduler.complete(at('let a '), ever)), 'word');
    // Also where it was still to be found out.
    completer = new SlowCompleter((prefix) => (prefix === 'let ' ? '' : 'word'));
    scheduler = new Scheduler(completer);
    const [older, newer] = [scheduler.complete(at('let '), ever), scheduler.complete(at('let a '), ever)];
    assert.equal(text(await newer), 'word');
    assert.equal(text(await older), '(cancelled)');
  });

  it('typed ahead of the generation, it goes on until it says otherwise', async () => {
    completer = new SlowCompleter((prefix) => (prefix === 'let ' ? 'value = 1;' : `${prefix}!`));
    scheduler = new Scheduler(completer);
    void scheduler.complete(at('let '), ever);
    await sleep(4);
    // "val" is still possible, then it is not.
    const newer = scheduler.complete(at('let valet'), ever);
    assert.equal(text(await newer), 'let valet!');
    assert.deepEqual(completer.done, ['cancelled let ', 'completed let valet']);
  });

  for (const [name, newer] of [
    ['another suffix', at('let v', { context: { ...at('').context, prefix: 'let v', suffix: '' } })],
    ['another setting', at('let v', { maxTokens: 3 })],
    ['another document', at('let v', { document: 'b.ts' })],
  ] as const) {
    it(`${name} is another request`, async () => {
      completer = new SlowCompleter((prefix) => (prefix === 'let ' ? 'value' : 'other'));
      scheduler = new Scheduler(completer);
      await scheduler.complete(at('let '), ever);
      assert.equal(text(await scheduler.complete(newer, ever)), 'other');
    });
  }

  it('what nobody takes over ends soon after it was cancelled', async () => {
    completer = new SlowCompleter(() => 'x'.repeat(1000));
    scheduler = new Scheduler(completer);
    const cancelled = new AbortController();
    const older = scheduler.complete(at('let '), cancelled.signal);
    await sleep(6);
    cancelled.abort();
    assert.equal(text(await older), '(cancelled)');
    assert.deepEqual(completer.done, []);
    await sleep(400);
    assert.deepEqual(completer.done, ['cancelled let ']);
    assert.equal(text(await scheduler.complete(at('let '), ever)), 'x'.repeat(1000));
  });

  it('a request that was cancelled before it began computes nothing', async () => {
    const first = scheduler.complete(at('x'), ever);
    const cancelled = new AbortController();
    const second = scheduler.complete(at('y'), cancelled.signal);
    const third = scheduler.complete(at('z'), ever);
    cancelled.abort();
    assert.deepEqual((await Promise.all([first, second, third])).map(text), [
      '(cancelled)',
      '(cancelled)',
      'z:abcdefghij',
    ]);
    assert.deepEqual(completer.done, ['cancelled x', 'cancelled y', 'completed z']);
  });

  it('warming gives way to a request, and is not taken up again', async () => {
    scheduler.warm(at('warm'));
    await sleep(5);
    assert.equal(text(await scheduler.complete(at('x'), ever)), 'x:abcdefghij');
    await sleep(30);
    assert.deepEqual(completer.done, ['gave way warm', 'completed x']);
  });

  it('the newest place is prepared first, then the one that gave way to it', async () => {
    scheduler.warm(at('one'));
    await sleep(5);
    scheduler.warm(at('two'));
    await sleep(60);
    assert.deepEqual(completer.done, ['gave way one', 'warmed two', 'warmed one']);
  });

  it('the same place asked for twice is prepared once', async () => {
    for (const prefix of ['one', 'two', 'one']) scheduler.warm(at(prefix));
    await sleep(80);
    assert.deepEqual(completer.done, ['warmed one', 'warmed two']);
  });

  it('a document that closes is saved and dropped, and not prepared for any more', async () => {
    scheduler.warm(at('one'));
    scheduler.closed('a.ts');
    await sleep(40);
    assert.deepEqual(completer.done.slice(-2), ['saved a.ts', 'dropped a.ts']);
  });

  it('what goes wrong while a document closes ends nothing', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    completer.save = () => Promise.reject(new Error('no states'));
    scheduler.closed('a.ts');
    await sleep(10);
    process.off('unhandledRejection', listener);
    assert.deepEqual(unhandled, []);
    assert.equal((await scheduler.complete(at('x'), ever)).kind, 'completion');
  });

  it('an answer from a small window has a larger one prepared, which gives way to the next request and goes on after it', async () => {
    completer = new SlowCompleter(() => 'ab');
    completer.halvings = 2;
    scheduler = new Scheduler(completer);
    await scheduler.complete(at('x'), ever);
    await sleep(4);
    await scheduler.complete(at('y'), ever);
    await sleep(40);
    assert.deepEqual(completer.done, ['completed x', 'gave way x', 'completed y', 'warmed y']);
  });

  it('prepares no larger window where that is not wanted, and none after an answer from the whole one', async () => {
    await scheduler.complete(at('x'), ever);
    completer.halvings = 2;
    await scheduler.complete(at('y', { deepens: false }), ever);
    await sleep(40);
    assert.deepEqual(completer.done, ['completed x', 'completed y']);
  });

  it('files are taken in when nothing else is to be done, and give way to a request', async () => {
    scheduler.file('a', 'abc');
    scheduler.file('b', undefined);
    await sleep(40);
    assert.deepEqual(completer.done, ['learns a: a', 'learns a: b', 'learns a: c', 'learnt a', 'forgot b']);
    completer.done.length = 0;
    scheduler.file('c', 'x'.repeat(100_000));
    await sleep(5);
    assert.equal(text(await scheduler.complete(at('now'), ever)), 'now:abcdefghij');
    assert.ok(!completer.done.includes('learnt c'));
    scheduler.file('c', 'short');
    await sleep(60);
    assert.deepEqual(completer.done.slice(-2), ['learns c: t', 'learnt c']);
  });

  it('closing ends what is running, saves and forgets', async () => {
    const running = scheduler.complete(at('x'), ever);
    await sleep(6);
    await scheduler.close();
    assert.equal(text(await running), '(cancelled)');
    assert.deepEqual(completer.done, ['cancelled x', 'saved a.ts', 'written', 'forgot']);
  });

  it('an error is told to whoever asked, and the next request works', async () => {
    completer = new SlowCompleter((prefix) => (prefix === 'bad' ? new Error('broken') : 'fine'));
    scheduler = new Scheduler(completer);
    await assert.rejects(scheduler.complete(at('bad'), ever), /broken/);
    assert.equal(text(await scheduler.complete(at('bad good'), ever)), 'fine');
  });

  it('computes nothing once the program is about to end', async () => {
    const exit = { isExiting: false, computing: <T>(work: () => Promise<T>) => work() };
    scheduler = new Scheduler(completer, exit);
    const running = scheduler.complete(at('x'), ever);
    await sleep(6);
    exit.isExiting = true;
    assert.equal(text(await running), '(cancelled)');
  });

  describe('work that can wait', () => {
    const completer = () => new SlowCompleter(() => 'abc');
    const never = new AbortController().signal;

    it('gives way to a request, and is begun again after it', async () => {
      const slow = completer();
      const scheduler = new Scheduler(slow);
      let begun = 0;
      const spare = scheduler.spare(async (isCancelled) => {
        begun++;
        for (let piece = 0; piece < 10; piece++) {
          await sleep(2);
          if (isCancelled()) return undefined;
        }
        slow.done.push('spare');
        return 7;
      }, never);
      await sleep(5);
      await scheduler.complete(at('x'), never);
      assert.deepEqual(slow.done, ['completed x']);
      assert.equal(await spare, 7);
      assert.deepEqual([slow.done, begun], [['completed x', 'spare'], 2]);
      await scheduler.close();
    });

    it('ends when it is aborted, when the program exits, and when everything closes', async () => {
      const untilCancelled = async (isCancelled: () => boolean): Promise<number | undefined> => {
        while (!isCancelled()) await sleep(1);
        return undefined;
      };
      const scheduler = new Scheduler(completer());
      const abort = new AbortController();
      const aborted = scheduler.spare(untilCancelled, abort.signal);
      await sleep(3);
      abort.abort();
      assert.equal(await aborted, undefined);
      const exit = { isExiting: false, computing: <T>(work: () => Promise<T>) => work() };
      const exiting = new Scheduler(completer(), exit).spare(untilCancelled, never);
      await sleep(3);
      exit.isExiting = true;
      assert.equal(await exiting, undefined);
      const closing = scheduler.spare(untilCancelled, never);
      await sleep(3);
      await scheduler.close();
      assert.equal(await closing, undefined);
    });

    it('what it throws is told, and the next request is answered', async () => {
      const scheduler = new Scheduler(completer());
      await assert.rejects(
        scheduler.spare(() => Promise.reject(new Error('broken')), never),
        /broken/,
      );
      assert.equal((await scheduler.complete(at('x'), never)).kind, 'completion');
      await scheduler.close();
    });
  });
});
