import assert from 'node:assert/strict';
import { requestLine } from '../../../../extension/status/requestLine.ts';
import { account } from '../fakeEngine.ts';

const cost =
  'prompt 10 tokens: 7 reused, 3 advanced; 2 generated; first token 12 ms, engine 21 ms, 31 ms in all';

describe("the log's line about a request", () => {
  it('says what was offered and what it cost', () => {
    const suggestion = { text: 'a, b)', replaces: 1 };
    assert.equal(
      requestLine({ kind: 'offered', suggestion, from: 'engine', account }, 30.6),
      `offered 5 characters in 1 line over 1 of the line's rest — ${cost}`,
    );
  });

  it('says that it cost nothing', () => {
    const suggestion = { text: 'a\nb', replaces: 0 };
    assert.equal(
      requestLine({ kind: 'offered', suggestion, from: 'kept' }, 0.4),
      'offered 3 characters in 2 lines — known already, 0 ms in all',
    );
  });

  it('says why nothing was offered', () => {
    assert.equal(
      requestLine({ kind: 'none', reason: 'repeats itself', account }, 30.6),
      `nothing offered: repeats itself — ${cost}`,
    );
    assert.equal(
      requestLine({ kind: 'none', reason: 'no engine' }, 2),
      'nothing offered: no engine, 2 ms in all',
    );
  });

  it('never says the text itself', () => {
    const suggestion = { text: 'password', replaces: 0 };
    assert.doesNotMatch(requestLine({ kind: 'offered', suggestion, from: 'engine', account }, 1), /password/);
  });
});
