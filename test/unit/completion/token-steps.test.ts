import assert from 'node:assert/strict';
import { DraftSize } from '../../../engine/completion/draft-size.ts';
import { TokenSteps } from '../../../engine/completion/token-steps.ts';
import { greedy, type PromptLookup } from '../../../engine/decoding/index.ts';
import type { ModelSession } from '../../../engine/runtime/model-session.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openTinyModel, randomIds } from '../../fixtures/tiny-model.ts';

/** Gives the drafts that a test wants. */
function drafting(draft: (pushed: readonly number[]) => readonly number[]): PromptLookup {
  const pushed: number[] = [];
  const lookup: unknown = {
    push: (id: number) => {
      pushed.push(id);
    },
    draft: (most: number) => {
      const ids = draft(pushed).slice(0, most);
      return { ids, probabilities: ids.map(() => 0.5) };
    },
  };
  return lookup as PromptLookup;
}

describe('TokenSteps', () => {
  const folder = temporaryFolder();
  let session: ModelSession;
  before(async () => {
    ({ session } = await openTinyModel(folder));
  });
  after(() => session.close());
  /** Takes all of every draft. */
  const all = Object.defineProperties(new DraftSize(), {
    isWorthTrying: { value: true },
    wanted: { value: 15 },
    choose: { value: ({ length }: readonly number[]) => length },
  });

  /** Greedy tokens after a prompt. */
  const generate = async (
    prompt: readonly number[],
    count: number,
    lookup?: PromptLookup,
  ): Promise<{ ids: number[]; drafted: number; accepted: number }> => {
    const end = await session.advance(session.initialState(), prompt, 'last');
    const steps = new TokenSteps(session, end.state, lookup && { lookup, size: all });
    const ids: number[] = [];
    for (let { logits } = end; ids.length < count;) {
      const id = greedy(logits);
      ids.push(id);
      logits = await steps.push(id);
    }
    steps.release();
    return { ids, drafted: steps.drafted, accepted: steps.accepted };
  };

  for (const [name, rightOf] of [
    ['all right', () => 15],
    ['none right', () => 0],
    ['some right', (at: number) => at % 5],
  ] as const) {
    it(`gives the tokens of plain decoding with drafts of which ${name}`, async () => {
      for (let seed = 1; seed <= 10; seed++) {
        const prompt = randomIds(20, seed);
        const plain = await generate(prompt, 40);
        assert.deepEqual([plain.drafted, plain.accepted], [0, 0]);
        const lookup = drafting(({ length }) => {
          const size = [1, 3, 7, 15][length % 4] ?? 1;
          const truth = plain.ids.slice(length, length + size);
          return truth.map((id, at) => (at < rightOf(length) ? id : (id + 1) % 640));
        });
        const speculated = await generate(prompt, 40, lookup);
        assert.deepEqual(speculated.ids, plain.ids);
        assert.ok(speculated.drafted > 0);
        if (name === 'none right') assert.equal(speculated.accepted, 0);
        else assert.ok(speculated.accepted > 10, String(speculated.accepted));
      }
    });
  }

  it('after a wrong draft, goes on from the state that single steps lead to', async () => {
    const prompt = randomIds(30, 3);
    const stateAfter = async (lookup?: PromptLookup): Promise<number[]> => {
      const end = await session.advance(session.initialState(), prompt, 'none');
      const steps = new TokenSteps(session, end.state, lookup && { lookup, size: all });
      let logits: readonly number[] = [];
      for (const id of [5, 6, 7, 8, 9]) logits = [...(await steps.push(id))];
      steps.release();
      return [...logits];
    };
    const plain = await stateAfter();
    const wrong = await stateAfter(drafting(({ length }) => [5 + length, 99, 98]));
    for (const [at, logit] of plain.entries())
      assert.ok(Math.abs(logit - (wrong[at] ?? NaN)) <= 1e-4 * (1 + Math.abs(logit)), `logit ${at}`);
  });

  it('logs what was pushed, and nothing that was only drafted', async () => {
    const pushed = [5, 6, 7, 8, 9, 10, 11];
    for (const draft of [[], [6, 7, 99], [99], [6, 7, 8, 9, 10, 11, 12, 13]]) {
      const end = await session.advance(session.initialState(), randomIds(30, 3), 'none');
      const kept = end.state.retain();
      const speculation = { lookup: drafting(({ length }) => (length === 1 ? draft : [])), size: all };
      const steps = new TokenSteps(session, end.state, speculation, true);
      for (const id of pushed) await steps.push(id);
      steps.release();
      assert.deepEqual(steps.ids, pushed);
      assert.equal(steps.log.length, pushed.length);
      const replayed = await session.replay(kept.retain(), steps.log);
      const stepped = await session.advance(kept, pushed, 'none');
      for (const [at, value] of stepped.state.buffer.values.entries())
        assert.ok(Math.abs(value - (replayed.buffer.values[at] ?? NaN)) <= 1e-4 * (1 + Math.abs(value)));
      replayed.release();
      stepped.state.release();
    }
  });

  it('lets go of every state, whenever it is left', async () => {
    for (let count = 0; count < 4; count++) {
      const end = await session.advance(session.initialState(), [1, 2, 3], 'last');
      const kept = end.state.retain();
      const steps = new TokenSteps(session, end.state, {
        lookup: drafting(() => [4, 5]),
        size: all,
      });
      for (const id of [9, 4, 7].slice(0, count)) await steps.push(id);
      steps.release();
      assert.equal(kept.isShared, false, `after ${count}`);
      kept.release();
    }
  });
});
