import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Worker } from 'node:worker_threads';
import {
  BadInputError,
  NotEnoughMemoryError,
  openEngine,
  type CompletionRequest,
  type Engine,
} from '../../../engine/index.ts';
import { assertBadInput } from '../../fixtures/bad-input.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { writeRecitingCheckpoint } from '../../fixtures/reciting-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const WORKER = resolve('out/worker.js');
const TOKENIZER = 'test/fixtures/tokenizer/byte-level';

function request(prefix: string, change: Partial<CompletionRequest> = {}): CompletionRequest {
  return {
    document: 'a.ts',
    context: { prefix, suffix: '', prefixOffset: 0, path: 'a.ts', languageId: 'typescript' },
    lines: 'single',
    maxTokens: 32,
    prefixTokens: 4000,
    suffixTokens: 500,
    ...change,
  };
}

/** Text that takes a random model of 512 channels and 4 layers far over a second to read. */
const LONG = 'const value = compute(first, second);\n'.repeat(700);

describe('an engine whose worker has too little memory', () => {
  const root = temporaryFolder();
  it('says so, and does not call it a bug', async () => {
    const worker = join(root, 'worker.js');
    const error = `Object.assign(new Error('heap limit'), { code: 'ERR_WORKER_OUT_OF_MEMORY' })`;
    writeFileSync(worker, `throw ${error};`);
    await assert.rejects(openEngine({ worker, model: '/models/large', threads: 1 }), (thrown: unknown) => {
      assert.ok(thrown instanceof NotEnoughMemoryError);
      return thrown.input.source === '/models/large';
    });
  });
});

describe('engine', () => {
  const root = temporaryFolder();
  const reciting = join(root, 'reciting');
  const slow = join(root, 'slow');
  const engines: Engine[] = [];
  before(async () => {
    await writeRecitingCheckpoint(reciting, TOKENIZER, 'remember(this);');
    writeRandomCheckpoint(
      slow,
      randomConfig({ hiddenSize: 768, heads: 24, headDim: 64, stateSize: 128, layers: 6 }),
    );
    copyFileSync(join(TOKENIZER, 'tokenizer.json'), join(slow, 'tokenizer.json'));
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  });
  const open = async (model: string): Promise<Engine> => {
    const engine = await openEngine({ worker: WORKER, model, threads: 1 });
    engines.push(engine);
    return engine;
  };
  /** The slow model, busy with a long prompt. */
  const busy = async (): Promise<{ engine: Engine; running: ReturnType<Engine['complete']> }> => {
    const engine = await open(slow);
    const running = engine.complete(request(LONG, { maxTokens: 500 }));
    await wait(100);
    return { engine, running };
  };

  it('warms ahead, so that the request finds its state', async () => {
    const engine = await open(reciting);
    const ahead = request(LONG.slice(0, 3000));
    engine.warm(ahead);
    // The small model reads this in some 50 ms. Asking earlier would read it in the request itself.
    await wait(1500);
    const { account } = await engine.complete(ahead);
    assert.ok(account.promptTokens > 500);
    assert.ok(account.advancedTokens < 10, `${account.advancedTokens} tokens advanced`);
  });

  it('warming gives way to a request within a chunk, and what it has computed is kept', async () => {
    const engine = await open(slow);
    engine.warm(request(LONG, { maxTokens: 1 }));
    await wait(500);
    const result = await engine.complete(request('x = ', { maxTokens: 1 }));
    assert.ok(result.account.totalMs < 3000);
    const { account } = await engine.complete(request(LONG, { maxTokens: 1 }));
    assert.ok(account.reusedTokens > 0);
    assert.ok(
      account.advancedTokens > account.reusedTokens,
      'warming had read it all before it was asked to give way',
    );
  });

  it('completes', async () => {
    const engine = await open(reciting);
    assert.equal(engine.model.name, 'reciting');
    const result = await engine.complete(request('x = '));
    assert.equal(result.kind, 'completion');
    assert.equal(result.text, 'remember(this);');
    assert.equal(result.account.reusedTokens, 0);
    const again = await engine.complete(request('x = '));
    assert.ok(again.kind === 'completion' && again.text === result.text);
    assert.ok(again.account.reusedTokens > 0);
  });

  it('a request that was aborted before asks nothing of the worker', async () => {
    const engine = await open(reciting);
    const result = await engine.complete(request('x = '), AbortSignal.abort());
    assert.deepEqual([result.kind, 'reason' in result && result.reason], ['none', 'cancelled']);
    assert.equal(result.account.promptTokens, 0);
  });

  it('aborting ends a request long before it would be done, and the engine goes on', async () => {
    const engine = await open(slow);
    const abort = new AbortController();
    const running = engine.complete(request(LONG), abort.signal);
    await wait(100);
    const aborted = performance.now();
    abort.abort();
    const result = await running;
    const took = performance.now() - aborted;
    assert.ok(result.kind === 'none' && result.reason === 'cancelled');
    assert.ok(took < 1000, `${took} ms`);
    const next = await engine.complete(request('x', { maxTokens: 1 }));
    assert.equal(next.account.generatedTokens, 1);
    assert.ok(performance.now() - aborted < 2000, `${performance.now() - aborted} ms`);
  });

  it('a newer request ends the older ones, and is answered itself', async () => {
    const { engine, running } = await busy();
    const queued = engine.complete(request(LONG));
    const newest = engine.complete(request('x', { maxTokens: 1 }));
    for (const older of [await running, await queued]) {
      assert.ok(older.kind === 'none' && older.reason === 'cancelled', JSON.stringify(older));
    }
    assert.equal((await newest).account.generatedTokens, 1);
  });

  it('aborting an older request does not end the newer one', async () => {
    const engine = await open(slow);
    const abort = new AbortController();
    const older = engine.complete(request(LONG), abort.signal);
    const newer = engine.complete(request('x', { maxTokens: 1 }));
    abort.abort();
    assert.equal((await older).kind, 'none');
    assert.equal((await newer).account.generatedTokens, 1);
  });

  it('closing while it runs ends requests as closed, and every later one', async () => {
    const { engine, running } = await busy();
    const started = performance.now();
    await Promise.all([engine.close(), engine.close()]);
    assert.ok(performance.now() - started < 5000);
    for (const result of [await running, await engine.complete(request('x'))]) {
      assert.ok(result.kind === 'none' && result.reason === 'closed');
    }
    await engine.close();
  });

  describe('measuring', () => {
    const files = Array.from({ length: 20 }, (_, at) => ({
      path: `${at}.ts`,
      languageId: '',
      text: 'remember(this);',
    }));
    const long = [{ path: 'long.ts', languageId: '', text: LONG }];

    it('compares the formats that the vocabulary allows, and tells how far it is', async () => {
      const engine = await open(reciting);
      assert.deepEqual(engine.model.fimFormats, ['mamba-complete', 'continuation']);
      const told: number[] = [];
      const measurement = await engine.measure({ files, spans: 15 }, ({ spans }) => told.push(spans));
      assert.equal(measurement?.modelHash, engine.model.hash);
      assert.equal(measurement.end, 'spans');
      // Both say the same everywhere.
      assert.deepEqual(measurement.choice, { format: 'mamba-complete', why: 'alike' });
      assert.deepEqual(
        told,
        Array.from({ length: 15 }, (_, at) => at + 1),
      );
      await assertBadInput(engine.measure({ files: [] }), { found: 'no files' });
      assert.equal((await engine.complete(request('x = '))).kind, 'completion');
    });

    it('gives way to a request, and goes on after it', async () => {
      const engine = await open(slow);
      let ended = false;
      const measuring = engine.measure({ files: long, spans: 3 }).then((measurement) => {
        ended = true;
        return measurement;
      });
      await wait(300);
      const { account } = await engine.complete(request('x = ', { maxTokens: 1 }));
      assert.equal(account.generatedTokens, 1);
      assert.equal(ended, false, 'it had ended before it was asked to give way');
      assert.equal((await measuring)?.formats[0]?.spans, 3);
    });

    it('ends with what there is when it is aborted, and with nothing when the engine closes', async () => {
      const engine = await open(slow);
      const abort = new AbortController();
      const aborted = engine.measure({ files: long }, undefined, abort.signal);
      const closed = engine.measure({ files: long });
      await wait(200);
      abort.abort();
      const measurement = await aborted;
      assert.deepEqual([measurement?.end, measurement?.choice.format], ['cancelled', undefined]);
      await engine.close();
      assert.equal(await closed, undefined);
      assert.equal(await engine.measure({ files: long }), undefined);
      assert.equal(await engine.measure({ files: long }, undefined, AbortSignal.abort()), undefined);
    });

    it('opens with the format that was found for the model', async () => {
      const { model } = await open(reciting);
      const formats = { [model.hash]: 'continuation' };
      const engine = await openEngine({ worker: WORKER, model: reciting, threads: 1, formats });
      engines.push(engine);
      assert.equal(engine.model.fimFormat, 'continuation');
    });
  });

  describe('a worker that dies', () => {
    /** Opens, and answers its first message by what `dies` says. */
    const dying = async (dies: string): Promise<Engine> => {
      const script = join(root, 'dying.js');
      writeFileSync(
        script,
        `const { parentPort } = require('node:worker_threads');
         parentPort.on('message', () => { ${dies} });
         parentPort.postMessage({ kind: 'opened', model: {} });`,
      );
      const engine = await openEngine({ worker: script, model: '', threads: 1 });
      engines.push(engine);
      return engine;
    };
    for (const [how, dies, message] of [
      ['by an error', 'throw new TypeError("no such thing")', /no such thing/],
      ['by itself', 'process.exit(7)', /worker ended with code 7/],
    ] as const) {
      it(`${how}, fails the requests under way and all later ones`, async () => {
        const engine = await dying(dies);
        const first = engine.complete(request('x'));
        const second = engine.complete(request('y'));
        await assert.rejects(first, message);
        await assert.rejects(second, message);
        await assert.rejects(engine.complete(request('z')), message);
        await assert.rejects(engine.measure({ files: [] }), message);
        await engine.close();
      });
    }

    it('from outside, fails the requests under way and all later ones', async () => {
      const workers: Worker[] = [];
      const remember = (worker: Worker): number => workers.push(worker);
      process.on('worker', remember);
      const engine = await dying('');
      process.off('worker', remember);
      const failed = assert.rejects(engine.complete(request('x')), /worker ended with code 1/);
      assert.equal(workers.length, 1);
      await workers[0]?.terminate();
      await failed;
      await assert.rejects(engine.complete(request('x')), /worker ended with code 1/);
      await engine.close();
    });
  });

  it('a request that is no plain data is refused, and the engine goes on', async () => {
    const engine = await open(reciting);
    const wrong = { ...request('x = '), lines: (() => 'single') as unknown as 'single' };
    await assert.rejects(engine.complete(wrong), { name: 'DataCloneError' });
    assert.equal((await engine.complete(request('x = '))).kind, 'completion');
  });

  it('a model folder that is wrong is refused, with every part of the error', async () => {
    const wrong = join(root, 'wrong');
    mkdirSync(wrong);
    copyFileSync(join(TOKENIZER, 'tokenizer.json'), join(wrong, 'tokenizer.json'));
    writeFileSync(join(wrong, 'config.json'), '{"model_type": "llama"}');
    await assertBadInput(open(wrong), {
      source: join(wrong, 'config.json'),
      field: 'model_type',
      expected: /mamba2/,
      found: '"llama"',
      action: /Mamba-2/,
    });
    await assertBadInput(open(join(root, 'nowhere')), {
      source: join(root, 'nowhere'),
      found: /no such file or folder/,
    });
  });

  it('a worker script that is missing or broken is an error, and no bad input', async () => {
    const broken = join(root, 'broken.js');
    writeFileSync(broken, 'throw new Error("broken on purpose");');
    const silent = join(root, 'silent.js');
    writeFileSync(silent, '');
    for (const [worker, message] of [
      [join(root, 'missing.js'), /missing\.js/],
      [broken, /broken on purpose/],
      [silent, /ended with code 0 while it loaded/],
    ] as const) {
      await assert.rejects(openEngine({ worker, model: reciting, threads: 1 }), (error) => {
        assert.ok(error instanceof Error && !(error instanceof BadInputError));
        assert.match(error.message, message);
        return true;
      });
    }
  });
});

function wait(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
