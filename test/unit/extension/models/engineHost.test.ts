import assert from 'node:assert/strict';
import { BadInputError, NotEnoughMemoryError, type EngineOptions } from '../../../../engine/index.ts';
import { EngineHost, type EngineHostParts } from '../../../../extension/models/engineHost.ts';
import type { LoadMarker } from '../../../../extension/models/loadMarker.ts';
import type { ModelFolder } from '../../../../extension/models/modelFolder.ts';
import { fakeEngine, type FakeEngine } from '../fakeEngine.ts';

function hostOf(changes: Partial<EngineHostParts> = {}) {
  const states: string[] = [];
  const opened: EngineOptions[] = [];
  const engines: FakeEngine[] = [];
  const marks: string[] = [];
  const crashed = new Set<string>();
  const marker: LoadMarker = {
    crashed: (model) => crashed.has(model),
    begin: (model) => marks.push(`begin ${model}`),
    end: () => marks.push('end'),
    forgive: (model) => crashed.delete(model),
  };
  let time = 0;
  const host = new EngineHost({
    open: (options) => {
      opened.push(options);
      const engine = fakeEngine(() => '');
      engines.push(engine);
      return Promise.resolve(engine);
    },
    worker: '/out/worker.js',
    model: () => ({ kind: 'bundled', path: '/bundled' }),
    bundled: '/bundled',
    options: () => ({ threads: 3 }),
    marker,
    changed: (state) => states.push(state.kind),
    workerDied: () => undefined,
    now: () => (time += 1000),
    ...changes,
  });
  return { host, states, opened, engines, marks, crashed };
}

/** A host whose workers start and end when the test says so. */
function slowHost(changes: Partial<EngineHostParts> = {}) {
  const loads: { engine: FakeEngine; finish: () => void; endWorker: () => void }[] = [];
  const open = () =>
    new Promise<FakeEngine>((resolve) => {
      const fake = fakeEngine(() => '');
      let endWorker = (): void => undefined;
      const ended = new Promise<void>((end) => (endWorker = end));
      const close = async () => {
        fake.isClosed = true;
        await ended;
      };
      const engine = Object.assign(fake, { close });
      const finish = () => {
        resolve(engine);
      };
      loads.push({ engine, finish, endWorker });
    });
  return { ...hostOf({ open, ...changes }), loads };
}

/** Until everything that could go on has gone on. */
const turn = () => new Promise(setImmediate);

const chosen = { model: () => ({ kind: 'chosen', path: '/models/a' }) as const };

describe('the engine host', () => {
  it('opens one engine when it is first wanted', async () => {
    const { host, states, opened } = hostOf();
    assert.deepEqual(opened, []);
    const [first, second] = await Promise.all([host.engine(), host.engine()]);
    assert.equal(first, second);
    assert.deepEqual(opened, [
      { worker: '/out/worker.js', model: '/bundled', threads: 3, checksMemory: false },
    ]);
    assert.deepEqual(states, ['opening', 'ready']);
  });

  it('does not try again by itself what failed', async () => {
    const problem = new BadInputError({
      source: '/models/a/config.json',
      expected: 'a number',
      found: '"x"',
      action: 'Choose another model.',
    });
    let tries = 0;
    const open = () => {
      tries++;
      return Promise.reject(problem);
    };
    const { host, states } = hostOf({ open });
    const reason = { unavailable: `no engine: ${problem.message}` };
    assert.deepEqual(await host.engine(), reason);
    assert.deepEqual(await host.engine(), reason);
    assert.equal(tries, 1);
    assert.deepEqual(states, ['opening', 'failed']);
    assert.equal(host.state.kind === 'failed' && host.state.failure.kind, 'bad-input');
    await host.restart();
    assert.equal(tries, 2);
  });

  it('opens anew after it was closed', async () => {
    const { host, engines } = hostOf();
    await host.engine();
    await host.close();
    assert.equal(engines[0]?.isClosed, true);
    assert.equal(await host.engine(), engines[1]);
  });

  it('closes an engine that came too late, and closing waits for it', async () => {
    const { host, loads, states } = slowHost();
    const late = host.engine();
    await turn();
    let isClosed = false;
    const closing = host.close().then(() => (isClosed = true));
    await turn();
    assert.equal(isClosed, false);
    loads[0]?.finish();
    loads[0]?.endWorker();
    await closing;
    assert.deepEqual(await late, { unavailable: 'the engine was closed' });
    assert.equal(loads[0]?.engine.isClosed, true);
    assert.deepEqual(states, ['opening', 'closed']);
  });

  it('loads nothing that is not wanted any more when its turn comes', async () => {
    const { host, loads } = slowHost();
    const engine = host.engine();
    await host.close();
    assert.deepEqual(await engine, { unavailable: 'the engine was closed' });
    assert.equal(loads.length, 0);
  });

  it('never has two workers: one that opens waits for the end of the one before', async () => {
    const { host, loads } = slowHost();
    const old = host.engine();
    await turn();
    loads[0]?.finish();
    await old;
    void host.close();
    const next = host.engine();
    await turn();
    assert.equal(loads.length, 1, 'opened while the old worker ends');
    loads[0]?.endWorker();
    await turn();
    assert.equal(loads.length, 2);
    void host.restart();
    void host.restart();
    await turn();
    assert.equal(loads.length, 2, 'opened while another opens');
    loads[1]?.finish();
    loads[1]?.endWorker();
    assert.deepEqual(await next, { unavailable: 'the engine was closed' });
    await turn();
    assert.equal(loads.length, 3);
  });

  it('opens nothing after its end', async () => {
    const { host, opened } = hostOf();
    await host.engine();
    await host.end();
    assert.deepEqual(await host.engine(), { unavailable: 'the engine was closed' });
    assert.equal(opened.length, 1);
  });

  it('opens again after the worker died, but not for ever', async () => {
    const { host, engines } = hostOf();
    for (let death = 0; death < 6; death++) {
      const engine = await host.engine();
      if ('unavailable' in engine) break;
      host.died(engine, new Error('out of memory'));
    }
    assert.equal(engines.length, 4);
    assert.deepEqual(await host.engine(), { unavailable: 'no engine: out of memory' });
    await host.restart();
    assert.equal(host.state.kind, 'ready');
  });

  it('forgets deaths of long ago', async () => {
    let time = 0;
    const { host, engines } = hostOf({ now: () => (time += 60 * 60 * 1000) });
    for (let death = 0; death < 6; death++) {
      const engine = await host.engine();
      assert.ok(!('unavailable' in engine));
      host.died(engine, new Error('gone'));
    }
    assert.equal(engines.length, 6);
  });

  it('counts the death of an engine once', async () => {
    const { host, engines } = hostOf();
    const engine = await host.engine();
    assert.ok(!('unavailable' in engine));
    for (let death = 0; death < 6; death++) host.died(engine, new Error('gone'));
    assert.equal(await host.engine(), engines[1]);
  });

  it('marks the load of a model from outside, and not of the bundled one', async () => {
    const outside = hostOf(chosen);
    await outside.host.engine();
    assert.deepEqual(outside.marks, ['begin /models/a', 'end']);
    const bundled = hostOf();
    await bundled.host.engine();
    assert.deepEqual(bundled.marks, []);
  });

  it('removes the mark when the load failed in an orderly way', async () => {
    const { host, marks } = hostOf({ ...chosen, open: () => Promise.reject(new Error('no')) });
    await host.engine();
    assert.deepEqual(marks, ['begin /models/a', 'end']);
  });

  it('keeps the mark of a load while that of another model, not wanted any more, ends', async () => {
    let path = '/models/a';
    const { host, marks, loads } = slowHost({ model: () => ({ kind: 'chosen', path }) });
    void host.engine();
    await turn();
    path = '/models/b';
    void host.restart();
    await turn();
    loads[0]?.finish();
    loads[0]?.endWorker();
    await turn();
    assert.deepEqual(marks, ['begin /models/a', 'end', 'begin /models/b']);
  });

  it('removes the mark when the window closes: that is no crash', async () => {
    const { host, marks } = slowHost(chosen);
    void host.engine();
    await turn();
    void host.end();
    assert.deepEqual(marks, ['begin /models/a', 'end']);
  });

  it('does not load by itself what ended the host before, until the user wants it', async () => {
    const { host, opened, crashed } = hostOf(chosen);
    crashed.add('/models/a');
    await host.engine();
    const { state: before } = host;
    assert.ok(before.kind === 'ready');
    assert.equal(before.instead?.failure.kind, 'crashed-before');
    assert.deepEqual(
      opened.map(({ model }) => model),
      ['/bundled'],
    );
    await host.restart();
    const { state: after } = host;
    assert.ok(after.kind === 'ready' && after.instead === undefined);
    assert.equal(opened.at(-1)?.model, '/models/a');
  });

  /** A host on a machine on which some models do not fit, unless nobody looks. */
  function smallMachine(tooLarge: readonly string[]) {
    const parts = { path: '/models/small', open: 0, most: 0 };
    const opened: string[] = [];
    const open = async ({ model, checksMemory }: EngineOptions) => {
      parts.most = Math.max(parts.most, ++parts.open);
      await turn();
      opened.push(model);
      if (tooLarge.includes(model) && checksMemory === true) {
        parts.open--;
        const input = { source: model, expected: '9.0 GiB free', found: '2.0 GiB free', action: 'Choose.' };
        throw new NotEnoughMemoryError(input);
      }
      const close = () => {
        parts.open--;
        return Promise.resolve();
      };
      return Object.assign(
        fakeEngine(() => ''),
        { close },
      );
    };
    return { ...hostOf({ open, model: () => ({ kind: 'chosen', path: parts.path }) }), opened, parts };
  }

  it('the model that stands in is opened by its own options', async () => {
    const asked: string[] = [];
    const options = ({ kind }: ModelFolder) => {
      asked.push(kind);
      return { threads: 3 };
    };
    const { host, crashed } = hostOf({ ...chosen, options });
    crashed.add('/models/a');
    await host.engine();
    assert.deepEqual(asked, ['bundled']);
  });

  it('the previous model stays in use where a new one is too large, and there is never more than one worker', async () => {
    const { host, opened, parts } = smallMachine(['/models/large']);
    await host.engine();
    parts.path = '/models/large';
    await host.close();
    assert.ok(!('unavailable' in (await host.engine())));
    assert.deepEqual(opened, ['/models/small', '/models/large', '/models/small']);
    assert.ok(host.state.kind === 'ready');
    assert.equal(host.state.instead?.model, '/models/large');
    assert.match(host.state.instead.failure.message, /expected 9\.0 GiB free, found 2\.0 GiB free/);
    assert.equal(parts.most, 1);
    await host.close();
    assert.equal(parts.open, 0);
  });

  it('the bundled model stands in where there was none before, or that does not fit any more either', async () => {
    const { host, opened, parts } = smallMachine(['/models/large', '/models/larger']);
    parts.path = '/models/large';
    await host.engine();
    assert.deepEqual(opened, ['/models/large', '/bundled']);
    await host.loadAnyway();
    parts.path = '/models/larger';
    await host.close();
    await host.engine();
    assert.deepEqual(opened.slice(2), ['/models/large', '/models/larger', '/models/large']);
  });

  it('a model that is too large is loaded when the user wants it all the same', async () => {
    const { host, parts } = smallMachine(['/models/large']);
    parts.path = '/models/large';
    await host.engine();
    await host.loadAnyway();
    assert.ok(host.state.kind === 'ready' && host.state.instead === undefined);
  });

  it('a model that is broken is no reason to use another', async () => {
    const { host } = hostOf({ ...chosen, open: () => Promise.reject(new Error('broken')) });
    assert.ok('unavailable' in (await host.engine()));
  });

  it('asks for an absolute path', async () => {
    const { host, opened } = hostOf({ model: () => ({ kind: 'relative', path: 'models/a' }) });
    const engine = await host.engine();
    assert.ok('unavailable' in engine);
    assert.match(engine.unavailable, /mambaComplete\.model: expected an absolute path.*found "models\/a"/);
    assert.deepEqual(opened, []);
  });
});
