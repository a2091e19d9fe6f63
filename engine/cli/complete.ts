import { join, relative, sep } from 'node:path';
import { halved } from '../completion/windows.ts';
import type { Account } from '../completion/result.ts';
import { BadInputError } from '../errors.ts';
import { type CompletionContext, languageOf } from '../prompt/index.ts';
import { openEngine } from '../worker/client.ts';
import { BUNDLED_MODEL, count, parse, printJson, UsageError, type Command } from './command.ts';

import { readText } from './read-text.ts';

const WINDOW = { prefixTokens: 1500, suffixTokens: 500 };
/** As in the editor. */
const LATENCY_MS = 2000;

export const complete: Command = {
  usage:
    'complete FILE:LINE:COLUMN [--model DIR] [--max-tokens N] [--lines auto|single|multiple] [--latency MS] [--json]',
  summary: 'The text to insert at a place of a file; lines and columns count from 1, a tab is one column',
  async run(args) {
    const { values, positionals } = parse(
      args,
      {
        model: { type: 'string', default: BUNDLED_MODEL },
        'max-tokens': { type: 'string', default: '64' },
        lines: { type: 'string', default: 'auto' },
        latency: { type: 'string', default: String(LATENCY_MS) },
        json: { type: 'boolean', default: false },
      },
      1,
    );
    const maxTokens = count(values['max-tokens'], '--max-tokens');
    const latencyMs = count(values.latency, '--latency');
    const { lines } = values;
    if (lines !== 'auto' && lines !== 'single' && lines !== 'multiple') {
      throw new UsageError(`--lines: expected auto, single or multiple, found "${lines}".`);
    }
    const context = await contextAt(positionals[0] ?? '');
    const engine = await openEngine({
      worker: join(__dirname, 'worker.js'),
      model: values.model,
      threads: 0,
      // How they are mixed was fitted with the model that ships.
      localCache: values.model === BUNDLED_MODEL ? 'mixes' : 'drafts',
    });
    try {
      const result = await engine.complete({
        context,
        document: context.path,
        lines,
        maxTokens,
        ...WINDOW,
        latencyMs,
      });
      const text = result.kind === 'completion' ? result.text : '';
      const reason = result.kind === 'completion' ? result.stop : result.reason;
      const { account } = result;
      if (values.json) {
        printJson({
          text,
          reason,
          window: windowOf(account),
          prompt: account.promptTokens,
          reused: account.reusedTokens,
          advanced: account.advancedTokens,
          generated: account.generatedTokens,
          first_token_ms: account.firstTokenMs,
          ms: account.totalMs,
        });
        return;
      }
      if (account.halvings > 0) {
        const { prefix, suffix } = windowOf(account);
        process.stderr.write(
          `Answered from ${prefix} tokens above and ${suffix} below; more would have taken over ${latencyMs} ms.\n`,
        );
      }
      if (text === '') process.stderr.write(`No completion: ${reason}.\n`);
      else process.stdout.write(`${text}\n`);
    } finally {
      await engine.close();
    }
  },
};

/** The tokens on both sides of the cursor that the answer may have seen. */
function windowOf({ halvings }: Account): { prefix: number; suffix: number; whole: boolean } {
  const { prefixTokens, suffixTokens } = halved(WINDOW, halvings);
  return { prefix: prefixTokens, suffix: suffixTokens, whole: halvings === 0 };
}

/** The context at `FILE:LINE:COLUMN`; the path in it is relative to the working folder, as an editor's to its workspace. */
async function contextAt(place: string): Promise<CompletionContext> {
  const [, path, line, column] = /^(.+):(\d+):(\d+)$/.exec(place) ?? [];
  if (path === undefined || line === undefined || column === undefined) {
    throw new UsageError(`Expected FILE:LINE:COLUMN, found "${place}".`);
  }
  const text = (await readText(path)).replace(/\r\n?/g, '\n');
  const lines = text.split('\n');
  const cursorLine = lines[count(line, 'LINE') - 1];
  if (cursorLine === undefined) {
    throw outside(path, 'line', `1 to ${lines.length}`, line);
  }
  const before = count(column, 'COLUMN') - 1;
  if (before > cursorLine.length) {
    throw outside(path, `column of line ${line}`, `1 to ${cursorLine.length + 1}`, column);
  }
  const offset = lines.slice(0, Number(line) - 1).reduce((sum, { length }) => sum + length + 1, before);
  return {
    prefix: text.slice(0, offset),
    suffix: text.slice(offset),
    prefixOffset: 0,
    path: relative('.', path).split(sep).join('/'),
    languageId: languageOf(path),
  };
}

function outside(source: string, field: string, expected: string, found: string): BadInputError {
  return new BadInputError({ source, field, expected, found, action: 'Name a place inside the file.' });
}
