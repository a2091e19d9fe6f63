import assert from 'node:assert/strict';
import { halved, Windows } from '../../../engine/completion/windows.ts';
import type { CompletionRequest } from '../../../engine/index.ts';
import type { Prompt } from '../../../engine/prompt/index.ts';
import { Speed } from '../../../engine/runtime/speed.ts';
import { speedOf } from '../../fixtures/speed.ts';

const REQUEST: CompletionRequest = {
  context: { prefix: '', suffix: '', prefixOffset: 0, path: 'a.ts', languageId: 'typescript' },
  document: 'a.ts',
  lines: 'auto',
  maxTokens: 64,
  prefixTokens: 1500,
  suffixTokens: 500,
  latencyMs: 2000,
};

/** Prompts of 2000 tokens, 1000, 500, …, of which so many are unknown. */
class Machine {
  readonly unknown: number[] = [];
  readonly loaded: number[] = [];
  /** Halvings of what was looked up. */
  readonly asked = new Set<number>();
  readonly windows: Windows;

  constructor(
    speed: Speed,
    private readonly behindCursor = 0,
  ) {
    this.windows = new Windows({ cost: (ids) => this.cost(ids[0] ?? 0) }, speed);
  }

  prompt(halvings: number): Prompt {
    const length = Math.ceil(2000 / 2 ** halvings);
    const ids = new Array<number>(length).fill(halvings);
    return { ids, cursor: length - this.behindCursor } as unknown as Prompt;
  }

  /** The window that answers, which then serves. */
  async answers(fromDisk: (halvings: number) => void = () => undefined): Promise<number> {
    const { halvings } = await this.windows.choose(
      REQUEST,
      (many) => this.prompt(many),
      ({ ids }) => {
        this.loaded.push(ids[0] ?? 0);
        fromDisk(ids[0] ?? 0);
        return Promise.resolve();
      },
    );
    this.windows.serve(REQUEST.document, halvings);
    return halvings;
  }

  private cost(halvings: number): number {
    this.asked.add(halvings);
    return this.unknown[halvings] ?? this.prompt(halvings).ids.length;
  }
}

describe('Windows', () => {
  for (const [who, speed] of [
    ['a model that is fast enough for it', speedOf(0.1)],
    ['a model of unknown speed', new Speed()],
  ] as const) {
    it(`${who} gets the whole window, without a look at others`, async () => {
      const machine = new Machine(speed);
      assert.equal(await machine.answers(), 0);
      assert.equal(machine.asked.size, 0);
    });
  }

  it('who sets no time gets the whole window', async () => {
    const machine = new Machine(speedOf(50));
    const { latencyMs, ...patient } = REQUEST;
    const chosen = await machine.windows.choose(
      patient,
      (many) => machine.prompt(many),
      () => Promise.resolve(),
    );
    assert.deepEqual([latencyMs, chosen.halvings], [2000, 0]);
  });

  for (const [ms, halvings] of [
    [1.5, 1],
    [4, 2],
    [10, 4],
    [50, 5],
  ] as const) {
    it(`cold, ${ms} ms a token: the window is halved ${halvings} times`, async () => {
      assert.equal(await new Machine(speedOf(ms)).answers(), halvings);
    });
  }

  it('a larger window takes over when its state is ready, and not while keys wait for what it lacks', async () => {
    const machine = new Machine(speedOf(50));
    assert.equal(await machine.answers(), 5);
    machine.unknown[5] = 2;
    machine.unknown[4] = 30;
    assert.equal(await machine.answers(), 5);
    machine.unknown[4] = 9;
    assert.equal(await machine.answers(), 4);
    // Both grow by what is typed.
    machine.unknown[4] = 2;
    machine.unknown[5] = 15;
    assert.equal(await machine.answers(), 4);
    machine.unknown[0] = 2;
    assert.equal(await machine.answers(), 0);
  });

  it('after a jump the largest window that is cheap enough answers', async () => {
    const machine = new Machine(speedOf(4));
    machine.unknown[0] = 2;
    assert.equal(await machine.answers(), 0);
    machine.unknown.length = 0;
    assert.equal(await machine.answers(), 2);
  });

  it('a line that is pasted changes no window, though it takes longer', async () => {
    const machine = new Machine(speedOf(50));
    machine.unknown[0] = 2;
    await machine.answers();
    machine.unknown[0] = 50;
    assert.equal(await machine.answers(), 0);
  });

  it('a suffix behind the prefix is no reason to stay with a smaller window', async () => {
    const machine = new Machine(speedOf(20), 30);
    assert.equal(await machine.answers(), 5);
    machine.unknown[5] = 32;
    machine.unknown[0] = 33;
    assert.equal(await machine.answers(), 0);
    assert.ok(machine.windows.canServe(REQUEST, machine.prompt(0)));
    assert.ok(!machine.windows.canServe(REQUEST, new Machine(speedOf(20), 300).prompt(0)));
  });

  it('a document that is opened takes the largest window that the disk knows', async () => {
    const machine = new Machine(speedOf(50));
    const answered = await machine.answers((halvings) => {
      if (halvings === 1) machine.unknown[1] = 20;
    });
    assert.equal(answered, 1);
    assert.deepEqual(machine.loaded, [0, 1]);
    machine.unknown.length = 0;
    await machine.answers();
    assert.deepEqual(machine.loaded, [0, 1]);
    machine.windows.forget(REQUEST.document);
    await machine.answers();
    assert.equal(machine.loaded.length, 8);
  });

  it('halves both sides', () => {
    assert.deepEqual(halved(REQUEST, 0), { prefixTokens: 1500, suffixTokens: 500 });
    assert.deepEqual(halved(REQUEST, 3), { prefixTokens: 188, suffixTokens: 62 });
  });
});
