import assert from 'node:assert/strict';
import { statusView, type StatusFacts } from '../../../../extension/status/statusView.ts';
import { account, fakeEngine } from '../fakeEngine.ts';
import { plainLocalizer } from '../plainLocalizer.ts';

const ready: StatusFacts = {
  state: { kind: 'ready', engine: fakeEngine(() => '') },
  refusal: undefined,
  isBusy: false,
  last: account,
};
const view = (changes: Partial<StatusFacts>) => statusView({ ...ready, ...changes }, plainLocalizer);

describe('the status', () => {
  it('names the model and what the last request cost', () => {
    assert.deepEqual(view({}), {
      bar: '$(sparkle) Mamba',
      text: 'Fake',
      detail: '50 M parameters, 8 bits a weight, 2 threads',
      severity: 'information',
      isBusy: false,
      tooltip: [
        'Fake',
        '50 M parameters, 8 bits a weight, 2 threads',
        'Last request: 7 of 10 prompt tokens known, 3 computed, 2 generated',
        'First token after 12 ms, done after 21 ms',
      ],
    });
  });

  it('says that another model is used than the one that is set', () => {
    const failure = { kind: 'out-of-memory', message: 'Too little memory.' } as const;
    const engine = fakeEngine(() => '');
    const { text, tooltip } = view({
      state: { kind: 'ready', engine, instead: { model: '/models/large', failure } },
    });
    assert.equal(text, 'Fake');
    assert.equal(tooltip[2], '/models/large could not be loaded: Too little memory.');
  });

  it('is busy while the model loads, and while a request runs long', () => {
    assert.equal(view({ state: { kind: 'opening', model: '/a' } }).isBusy, true);
    assert.equal(view({ isBusy: true }).isBusy, true);
  });

  it('says that there are no suggestions in this file, and why', () => {
    const off = view({ refusal: 'files of this name often hold secrets' });
    assert.equal(off.bar, '$(circle-slash) Mamba');
    assert.deepEqual(off.tooltip, ['No suggestions here: files of this name often hold secrets']);
  });

  it('says that the model loads', () => {
    assert.deepEqual(view({ state: { kind: 'opening', model: '/a' } }).tooltip, ['Loading the model…', '/a']);
  });

  it('shows a failure even where the language is switched off', () => {
    const failed = view({
      refusal: 'switched off for go',
      state: { kind: 'failed', failure: { kind: 'died', message: 'out of memory' } },
    });
    assert.equal(failed.severity, 'error');
    assert.equal(failed.detail, 'out of memory');
  });

  it('does not claim to have loaded anything before it has', () => {
    assert.equal(view({ state: { kind: 'closed' } }).text, 'The model is loaded when it is first needed');
  });
});
