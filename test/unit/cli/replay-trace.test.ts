import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { contextOf, type Document } from '../../../engine/cli/replay/document.ts';
import { Documents } from '../../../engine/cli/replay/documents.ts';
import { percentile } from '../../../engine/cli/replay/figures.ts';
import { readTrace } from '../../../engine/cli/replay/trace.ts';
import { assertBadInput } from '../../fixtures/bad-input.ts';

const REAL = '../shared/data/traces/vscode-session-part1.jsonl';

/** The documents that events on one line each leave, in the order of the events. */
function play(...events: object[]): (Document | undefined)[] {
  const lines = events.map((event, index) => JSON.stringify({ t: index, ...event })).join('\n');
  const documents = new Documents('t.jsonl');
  return readTrace('t.jsonl', lines).map((event) => documents.apply(event));
}

/** A document with its cursor, as `text█`. */
function picture(document: Document | undefined): string {
  assert.ok(document !== undefined);
  return `${document.text.slice(0, document.cursor)}█${document.text.slice(document.cursor)}`;
}

const open = (text: string, doc = 0): object => ({ kind: 'open', doc, path: `src/${doc}.ts`, text });
const edit = (...changes: [number, number, string][]): object => ({ kind: 'edit', doc: 0, changes });

describe('a replayed session: documents', () => {
  const cases: [name: string, events: object[], after: string][] = [
    ['typing', [open('ab'), edit([1, 1, 'x']), edit([2, 2, 'y'])], 'axy█b'],
    ['undo', [open('ab'), edit([1, 1, 'xyz']), edit([1, 4, ''])], 'a█b'],
    [
      'a rename: changes refer to the text before all of them',
      [open('a b a'), edit([0, 1, 'long'], [4, 5, 'long'])],
      'long b long█',
    ],
    ['changes from the end to the start', [open('a b a'), edit([4, 5, 'x'], [0, 1, 'yy'])], 'yy█ b x'],
    ['a line moved down', [open('\t\tx'), edit([0, 2, ''], [2, 2, '\n\t'])], '\n\t█x'],
    ['UTF-16 units: an emoji has two', [open('😀b'), edit([2, 2, 'é'])], '😀é█b'],
    [
      'the active end of a selection',
      [
        open('abc'),
        {
          kind: 'select',
          doc: 0,
          selection: [
            [3, 1],
            [0, 0],
          ],
        },
      ],
      'a█bc',
    ],
    [
      'an edit after a selection',
      [open('abc'), { kind: 'select', doc: 0, selection: [[0, 3]] }, edit([0, 3, 'x'])],
      'x█',
    ],
    ['opened again', [open('abc'), edit([0, 0, 'x']), open('new')], '█new'],
  ];
  for (const [name, events, after] of cases) {
    it(name, () => {
      assert.equal(picture(play(...events).at(-1)), after);
    });
  }

  it('each document has a text and a cursor of its own', () => {
    const all = play(
      open('a'),
      open('b', 1),
      edit([1, 1, 'x']),
      { kind: 'request', doc: 1, request: 0 },
      { kind: 'accept', doc: 0 },
    );
    assert.deepEqual(all.slice(-2).map(picture), ['█b', 'ax█']);
  });

  it('CRLF counts as two, and is LF for the engine', () => {
    const [document] = play(open('a\r\nb\r\n'), edit([3, 3, 'x\r\n'])).slice(-1);
    assert.ok(document !== undefined);
    assert.equal(document.text, 'a\r\nx\r\nb\r\n');
    const { prefix, suffix, path, languageId } = contextOf(document);
    assert.deepEqual([prefix, suffix, path, languageId], ['a\nx\n', 'b\n', 'src/0.ts', 'typescript']);
  });

  const bad: [name: string, events: object[], field: string, expected: RegExp, found: RegExp][] = [
    ['an edit beyond the end', [open('ab'), edit([1, 3, ''])], 'line 2', /inside 0 to 2/, /\[1, 3\]/],
    ['an edit backwards', [open('ab'), edit([2, 1, ''])], 'line 2', /inside/, /\[2, 1\]/],
    [
      'changes that overlap',
      [open('abc'), edit([0, 2, ''], [1, 3, ''])],
      'line 2',
      /not overlap/,
      /\[1, 3\]/,
    ],
    [
      'a selection beyond the end',
      [open('ab'), { kind: 'select', doc: 0, selection: [[0, 3]] }],
      'line 2',
      /inside 0 to 2/,
      /3/,
    ],
    [
      'a request for a document that is not open',
      [{ kind: 'request', doc: 7, request: 0 }],
      'line 1',
      /opened before/,
      /document 7/,
    ],
    [
      'an unknown kind',
      [open(''), { kind: 'constructor' }],
      'line 2',
      /"kind" to be one of open, edit/,
      /constructor/,
    ],
    ['a negative offset', [open(''), edit([-1, 0, ''])], 'line 2', /"changes"/, /-1/],
    [
      'a selection that is empty',
      [open(''), { kind: 'select', doc: 0, selection: [] }],
      'line 2',
      /"selection"/,
      /\[\]/,
    ],
    ['a time that is none', [{ ...open(''), t: 'now' }], 'line 1', /milliseconds/, /now/],
    ['no text', [{ kind: 'open', doc: 0, path: '' }], 'line 1', /"text" to be a text/, /nothing/],
  ];
  for (const [name, events, field, expected, found] of bad) {
    it(`refuses ${name}`, () =>
      assertBadInput(
        Promise.resolve().then(() => play(...events)),
        { source: 't.jsonl', field, expected, found },
      ));
  }

  for (const [text, found] of [
    ['\n{"t":', /t/],
    ['\n[]', /\[\]/],
    ['\nnull', /null/],
  ] as const) {
    it(`refuses a line that is ${text.trim()}`, () =>
      assertBadInput(
        Promise.resolve().then(() => readTrace('t', text)),
        { field: 'line 2', expected: 'a JSON object', found },
      ));
  }

  it('percentiles are of the values themselves', () => {
    assert.deepEqual(
      [50, 90, 99].map((percent) => percentile([3, 1, 2, 4], percent)),
      [2, 4, 4],
    );
    assert.equal(percentile([], 50), 0);
  });

  it('a real session fits its documents from beginning to end', function () {
    if (!existsSync(REAL)) {
      process.stdout.write(`      skipped: there is no ${REAL}\n`);
      this.skip();
    }
    const documents = new Documents(REAL);
    const texts = new Map<number, string>();
    for (const event of readTrace(REAL, readFileSync(REAL, 'utf8'))) {
      // A document that is opened again has the text that its edits have left.
      if (event.kind === 'open') assert.equal(event.text, texts.get(event.doc) ?? event.text);
      const document = documents.apply(event);
      if (document !== undefined && 'doc' in event) texts.set(event.doc, document.text);
    }
    assert.ok(texts.size > 10);
  });
});
