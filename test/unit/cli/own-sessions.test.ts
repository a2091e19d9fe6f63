import assert from 'node:assert/strict';
import { figuresOf, type Figures } from '../../../engine/cli/replay/figures.ts';
import { replaySession } from '../../../engine/cli/replay/session.ts';
import type { TraceEvent } from '../../../engine/cli/replay/trace.ts';
import { openCompleter, type OpenCompleter } from '../../../engine/completion/open-completer.ts';
import { SESSIONS } from '../../fixtures/sessions.ts';
import '../../fixtures/private-runtime.ts';

const BUDGET = 64 * 2 ** 20;
/** Most of the prompts that may be advanced by, nothing warmed ahead: what was seen and a third more. */
const MOST_SHARE: Record<string, number> = {
  // The name stands in every part of the prompt.
  'a name changed everywhere, 30 times': 0.48,
  'undo and redo, over and over': 0.005,
  '3,000 lines pasted, and typed below and above': 0.035,
  'CRLF line ends': 0.03,
  'a file of 2 MB, at its start, middle and end': 0.037,
  'emoji and combining characters inside words': 0.04,
  'two editors on one document': 0.04,
  "a notebook's cells": 0.043,
  // More than this memory holds; 0.06 with 1 GiB.
  'twelve documents in turns': 0.22,
  // A long line is cut at places that move with the cursor.
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
      completer.forget();
      const options = { prefixTokens: 1500, suffixTokens: 500, warming: false, realtime: false };
      const requests = await replaySession(name, events(), completer, options);
      const figures: Figures = figuresOf(requests, requests);
      assert.ok(figures.share <= (MOST_SHARE[name] ?? 0), JSON.stringify(figures));
      assert.ok(figures.peak_state_bytes <= BUDGET, JSON.stringify(figures));
      for (const path of pathsOf(events())) completer.drop(path);
      assert.equal(completer.stateBytes, 0);
    });
  }
});

const pathsOf = (events: readonly TraceEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'open' ? [event.path] : []));
