import assert from 'node:assert/strict';
import { selectedCompletion } from '../../../../extension/completion/selectedCompletion.ts';
import { contextOf } from './filters/picture.ts';

const range = (startLine: number, start: number, endLine: number, end: number) => ({
  start: { line: startLine, character: start },
  end: { line: endLine, character: end },
});

describe('with the suggestion list open', () => {
  it('the selected entry counts as typed', () => {
    const selected = selectedCompletion(
      contextOf('a;\nconsole.lo█;\nb'),
      { line: 1, character: 10 },
      { range: range(1, 8, 1, 10), text: 'log' },
    );
    assert.ok(selected.kind === 'context');
    assert.equal(selected.context.prefix, 'a;\nconsole.log');
    assert.equal(selected.context.suffix, ';\nb');
  });

  it('the selected entry replaces text after the cursor as well', () => {
    const selected = selectedCompletion(
      contextOf('x.a█bc()'),
      { line: 0, character: 3 },
      { range: range(0, 2, 0, 5), text: 'add' },
    );
    assert.ok(selected.kind === 'context');
    assert.equal(selected.context.prefix + '█' + selected.context.suffix, 'x.add█()');
  });

  it('nothing is offered for an entry that replaces several lines', () => {
    const selected = selectedCompletion(
      contextOf('a\nb█'),
      { line: 1, character: 1 },
      { range: range(0, 0, 1, 1), text: 'c' },
    );
    assert.deepEqual(selected, {
      kind: 'none',
      reason: 'the selected entry of the list replaces several lines',
    });
  });

  it('nothing is offered for an entry that replaces text elsewhere', () => {
    const selected = selectedCompletion(
      contextOf('a b█'),
      { line: 0, character: 3 },
      { range: range(0, 0, 0, 1), text: 'c' },
    );
    assert.equal(selected.kind, 'none');
  });
});
