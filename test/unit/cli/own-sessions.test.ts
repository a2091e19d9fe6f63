import assert from 'node:assert/strict';
import { figuresOf } from '../../../engine/cli/replay/figures.ts';
import { replaySession, type ReplayedRequest } from '../../../engine/cli/replay/session.ts';
import type { TraceEvent } from '../../../engine/cli/replay/trace.ts';
import { openCompleter, type OpenCompleter } from '../../../engine/completion/open-completer.ts';
import { SESSIONS } from '../../fixtures/sessions.ts';
import '../../fixtures/private-runtime.ts';

const BUDGET = 64 * 2 ** 20;
const WINDOW = { prefixTokens: 1500, suffixTokens: 500 };
/**
 * Most of the prompts that may be advanced by with nothing prepared ahead: what was seen and a third more. On a machine too slow to
 * prepare anything in time, requests wait for as much.
 */
const MOST_SHARE: Record<string, number> = {
  // The name stands in the suffix, which is all new each time; the names before are known.
  'a name changed everywhere, 30 times, and back again': 0.8,
  'undo and redo, over and over': 0.015,
  '3,000 lines pasted, and typed below and above': 0.035,
  // The window before the cursor begins at other lines when the text above it grows.
  'lines added far above, while typing below': 0.09,
  'CRLF line ends': 0.03,
  'a file of 2 MB, at its start, middle and end': 0.037,
  'emoji and combining characters inside words': 0.04,
  'two editors on one document': 0.04,
  "a notebook's cells": 0.043,
  // More than this memory holds; 0.06 with 1 GiB.
  'twelve documents in turns': 0.24,
  // Up to 100 tokens of the rest of the line stand behind the cursor, and are read again at each key.
  'one line of 200,000 characters': 0.22,
};

describe('sessions of all kinds', () => {
  let opened: OpenCompleter;
  before(async () => {
    opened = await openCompleter('engine/bundled', 1, BUDGET);
  });
  after(() => opened.close());

  for (const [name, events] of Object.entries(SESSIONS)) {
    it(name, async function () {
      this.timeout(60_000);
      const { completer } = opened;
      const replay = async (warming: boolean): Promise<ReplayedRequest[]> => {
        const requests = await replaySession(name, events(), completer, {
          ...WINDOW,
          warming,
          realtime: warming,
        });
        for (const path of pathsOf(events())) completer.drop(path);
        assert.equal(completer.stateBytes, 0);
        return requests;
      };
      const figures = figuresOf(await replay(false), await replay(true));
      const most = MOST_SHARE[name] ?? 0;
      assert.ok(figures.share > 0 && figures.share <= most, JSON.stringify(figures));
      assert.ok(figures.share_waiting <= most, JSON.stringify(figures));
      assert.ok(figures.peak_state_bytes <= BUDGET, JSON.stringify(figures));
    });
  }
});

const pathsOf = (events: readonly TraceEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'open' ? [event.path] : []));
