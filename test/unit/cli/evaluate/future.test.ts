import assert from 'node:assert/strict';
import { written } from '../../../../engine/cli/evaluate/future.ts';
import { readTrace } from '../../../../engine/cli/replay/trace.ts';

const open = (text: string) => ({ t: 0, kind: 'open', doc: 0, path: 'a.ts', text });
const edit = (t: number, from: number, to: number, text: string) => ({
  t,
  kind: 'edit',
  doc: 0,
  changes: [[from, to, text]],
});
const select = (t: number, at: number) => ({ t, kind: 'select', doc: 0, selection: [[at, at]] });
const request = (t: number) => ({ t, kind: 'request', doc: 0, request: t });

function futureOf(...events: object[]): string[] {
  const lines = events.map((event) => JSON.stringify(event)).join('\n');
  return [...written('session', readTrace('session', lines)).values()];
}

describe('what a session writes after a request', () => {
  it('is the line from the cursor on, as it is when the cursor leaves it', () => {
    const typed = futureOf(
      open('\nend\n'),
      edit(1, 0, 0, 'le'),
      request(2),
      edit(3, 2, 2, 't x'),
      edit(4, 5, 5, ' = 1;'),
      select(5, 12),
      edit(6, 5, 10, ''),
    );
    assert.deepEqual(typed, ['t x = 1;']);
  });

  it('ends with a new line, and with a change before the place', () => {
    assert.deepEqual(
      futureOf(open('\n'), request(1), edit(2, 0, 0, 'foo();'), edit(3, 6, 6, '\n'), edit(4, 7, 7, 'bar')),
      ['foo();'],
    );
    assert.deepEqual(
      futureOf(
        open('ab'),
        select(1, 2),
        request(2),
        edit(3, 2, 2, 'c'),
        edit(4, 0, 1, ''),
        edit(5, 2, 2, 'd'),
      ),
      ['c'],
    );
  });

  it('is what stood there where nothing was typed', () => {
    assert.deepEqual(futureOf(open('f()\n'), select(1, 2), request(2), select(3, 4)), [')']);
  });

  it('is what was typed within two minutes', () => {
    assert.deepEqual(futureOf(open(''), request(1), edit(1000, 0, 0, 'a'), edit(200_000, 1, 1, 'b')), ['a']);
  });
});
