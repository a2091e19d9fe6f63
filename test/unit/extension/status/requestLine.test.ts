import assert from 'node:assert/strict';
import { requestLine } from '../../../../extension/status/requestLine.ts';
import { account } from '../fakeEngine.ts';

const cost =
  'prompt 10 tokens: 7 reused; 3 advanced; 2 generated; first token 12 ms, engine 21 ms (prompt, prefill, decode 0 + 10 + 10), 31 ms in all';

describe("the log's line about a request", () => {
  it('says what was offered and what it cost', () => {
    const suggestion = { text: 'a, b)', replaces: 1 };
    assert.equal(
      requestLine({ kind: 'offered', suggestion, others: [], from: 'engine', account }, 30.6),
      `offered 5 characters in 1 line over 1 of the line's rest — ${cost}`,
    );
  });

  it('says what time was too short for', () => {
    const suggestion = { text: 'a, b)', replaces: 0 };
    const slow = { ...account, halvings: 2 };
    const line = requestLine(
      { kind: 'offered', suggestion, others: [], from: 'engine', isCutShort: true, account: slow },
      1,
    );
    assert.match(line, /in 1 line, cut short in time — .* window halved 2 times, 3 advanced/);
  });

  it('says where the reused tokens come from, and what became of drafts', () => {
    const more = { warmedTokens: 5, replayedTokens: 2, tailLines: 3, draftedTokens: 9, acceptedTokens: 4 };
    assert.match(
      requestLine({ kind: 'none', reason: 'x', account: { ...account, ...more } }, 1),
      /7 reused \(5 warmed ahead, 2 replayed\); 3 advanced, 3 lines in the tail; 2 generated \(4 of 9 drafted\);/,
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
    assert.doesNotMatch(
      requestLine({ kind: 'offered', suggestion, others: [], from: 'engine', account }, 1),
      /password/,
    );
  });
});
