import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  measureFormats,
  type MeasureControl,
  type Subject,
} from '../../../../engine/completion/measuring/measure-formats.ts';
import type { MeasuredFile } from '../../../../engine/completion/measuring/measurement.ts';
import { openCompleter } from '../../../../engine/completion/open-completer.ts';
import type { CompletionRequest } from '../../../../engine/completion/request.ts';
import { emptyAccount, type CompletionResult } from '../../../../engine/completion/result.ts';
import { assertBadInput } from '../../../fixtures/bad-input.ts';
import '../../../fixtures/private-runtime.ts';
import { writeRecitingCheckpoint } from '../../../fixtures/reciting-checkpoint.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const text = Array.from({ length: 90 }, (_, line) => `const value${line} = compute(${line});`).join('\n');
const files: MeasuredFile[] = [{ path: 'a.ts', languageId: 'typescript', text }];

/** What stands at a request's place, as the file says it. */
const truth = ({ context: { prefix, suffix } }: CompletionRequest): string =>
  text.slice(prefix.length, text.length - suffix.length);

/** A format that says something at each place, and what was asked of it. */
function subject(
  format: Subject['format'],
  says: (request: CompletionRequest) => string,
  { ms = 1, log = [] }: { ms?: number; log?: string[] } = {},
): Subject {
  return {
    format,
    completer: {
      complete: (request, isCancelled): Promise<CompletionResult> => {
        log.push(`${format} ${request.context.prefix.length}`);
        const account = { ...emptyAccount(), totalMs: ms, advancedTokens: 10, prefillMs: 10 * ms };
        if (isCancelled()) return Promise.resolve({ kind: 'none', reason: 'cancelled', account });
        return Promise.resolve({
          kind: 'completion',
          text: says(request),
          alternatives: [],
          stop: 'line',
          confidence: 1,
          steps: [],
          account,
        });
      },
      forget: () => undefined,
    },
  };
}

/** Time goes on by a second whenever it is asked for. */
function control(change: Partial<MeasureControl> = {}): MeasureControl & { places: number[] } {
  let time = 0;
  const places: number[] = [];
  return {
    places,
    run: (work) => work(() => false),
    progress: ({ spans }) => places.push(spans),
    now: () => (time += 1000),
    ...change,
  };
}

const measure = (
  subjects: readonly Subject[],
  by = control(),
  request: { timeMs?: number; spans?: number } = {},
) =>
  measureFormats({ modelHash: 'hash', inUse: 'mistral', subjects }, { files, timeMs: 1e9, ...request }, by);

describe('measureFormats', () => {
  it('finds the one that is right, and stops when that is clear', async () => {
    const by = control();
    const measurement = await measure(
      [subject('mistral', () => 'wrong'), subject('instruct', truth), subject('continuation', () => '')],
      by,
    );
    assert.deepEqual(measurement.choice, { format: 'instruct', why: 'better' });
    assert.equal(measurement.end, 'clear');
    assert.deepEqual([measurement.modelHash, measurement.inUse], ['hash', 'mistral']);
    const [best] = measurement.formats;
    assert.ok(best?.format === 'instruct' && best.spans === 8 && best.exact === 8 && best.firstWord === 8);
    assert.deepEqual(by.places, [1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('counts first words', async () => {
    const first = (request: CompletionRequest): string => `${/^\w+/.exec(truth(request))?.[0] ?? ''} #`;
    const { formats, choice, end } = await measure([
      subject('mistral', first),
      subject('instruct', truth),
      subject('continuation', first),
    ]);
    assert.deepEqual(formats.find(({ format }) => format === 'mistral')?.exact, 0);
    const words = formats.map(({ firstWord, spans }) => firstWord / spans);
    assert.deepEqual(words, [1, 1, 1]);
    assert.deepEqual([choice.format, end], ['instruct', 'clear']);
  });

  it('formats take turns at each place, in an order that changes', async () => {
    const log: string[] = [];
    await measure([subject('mistral', truth, { log }), subject('continuation', truth, { log })], control(), {
      spans: 6,
    });
    // After the place that finds the window, and those with keystrokes.
    const last = log.slice(-4).map((line) => line.split(' '));
    assert.deepEqual(
      last.map(([format]) => format),
      ['mistral', 'continuation', 'continuation', 'mistral'],
    );
    assert.equal(last[0]?.[1], last[1]?.[1]);
    assert.notEqual(last[1]?.[1], last[2]?.[1]);
  });

  it('of those that say the same, the one with the cheaper keystroke', async () => {
    const { choice, end, formats } = await measure([
      subject('mistral', truth, { ms: 200 }),
      subject('continuation', truth, { ms: 20 }),
    ]);
    assert.deepEqual(choice, { format: 'continuation', why: 'cheaper' });
    assert.equal(end, 'spans');
    assert.deepEqual(
      formats.map(({ keystrokeMs, keystrokeTokens, spans }) => [keystrokeMs, keystrokeTokens, spans]),
      [
        [200, 10, 40],
        [20, 10, 40],
      ],
    );
  });

  it('shows a slow model less context', async () => {
    const contextAt = async (ms: number): Promise<number> =>
      (await measure([subject('mistral', truth, { ms })])).prefixTokens;
    assert.equal(await contextAt(1), 768);
    assert.equal(await contextAt(5), 192);
    assert.equal(await contextAt(500), 96);
  });

  it('ends when its time is over, and says that it was too short', async () => {
    const subjects = [subject('mistral', truth), subject('continuation', truth)];
    const { end, choice, formats } = await measure(subjects, control(), { timeMs: 8000 });
    assert.equal(end, 'time');
    assert.deepEqual(choice, { format: undefined, why: 'too-few' });
    assert.ok(formats.every(({ spans }) => spans > 0 && spans < 12));
  });

  it('a piece that gives way is begun again', async () => {
    let asked = 0;
    const run: MeasureControl['run'] = async (work) => {
      // Every other piece is disturbed once.
      const first = await work(() => asked++ % 2 === 0);
      return first ?? work(() => false);
    };
    const { end, formats } = await measure(
      [subject('mistral', truth), subject('continuation', truth)],
      control({ run }),
    );
    assert.equal(end, 'spans');
    assert.ok(asked > 40);
    assert.deepEqual(
      formats.map(({ exact, spans }) => [exact, spans]),
      [
        [40, 40],
        [40, 40],
      ],
    );
  });

  for (const pieces of [0, 1, 4]) {
    it(`ended by somebody after ${pieces} pieces, keeps the places that are done`, async () => {
      let left = pieces;
      const run: MeasureControl['run'] = async (work) => (left-- > 0 ? work(() => false) : undefined);
      const measurement = await measure(
        [subject('mistral', truth), subject('continuation', truth)],
        control({ run }),
      );
      assert.equal(measurement.end, 'cancelled');
      assert.equal(measurement.choice.format, undefined);
      assert.deepEqual(
        measurement.formats.map(({ spans }) => spans),
        pieces === 4 ? [1, 1] : [0, 0],
      );
    });
  }

  it('refuses to measure on nothing', async () => {
    const nothing = { files: [{ path: 'a', languageId: '', text: '\n{\n}' }] };
    await assertBadInput(
      measureFormats(
        { modelHash: '', inUse: 'mistral', subjects: [subject('mistral', truth)] },
        nothing,
        control(),
      ),
      { found: /1 files/ },
    );
  });

  it('with a model that is right in one format by construction, chooses it', async () => {
    const folder = join(temporary, 'reciting');
    await writeRecitingCheckpoint(folder, 'test/fixtures/tokenizer/byte-level', 'value;', 'nothing');
    const opened = await openCompleter(folder, 1);
    // At a file's start the two formats end with different markers.
    const starts = Array.from({ length: 20 }, (_, at) => ({
      path: `${at}.ts`,
      languageId: '',
      text: 'value;',
    }));
    const measurement = await opened.measure({ files: starts }, { ...control(), now: () => 0 });
    await opened.close();
    assert.deepEqual(measurement.choice, { format: 'mamba-complete', why: 'better' });
    assert.equal(measurement.modelHash, opened.info.hash);
    assert.deepEqual(
      measurement.formats.map(({ format, exact, spans }) => [format, exact, spans]),
      [
        ['mamba-complete', 8, 8],
        ['continuation', 0, 8],
      ],
    );
  });
  const temporary = temporaryFolder();
});
