import { join, relative, sep } from 'node:path';
import type { FormatFigures, Measurement } from '../completion/measuring/measurement.ts';
import { languageOf } from '../prompt/index.ts';
import { openEngine } from '../worker/client.ts';
import { count, parse, printJson, UsageError, type Command } from './command.ts';
import { glob } from './evaluate/glob.ts';
import { readText } from './read-text.ts';

export const measure: Command = {
  usage: 'measure DIR --files GLOB … [--places N] [--seconds N] [--seed N] [--json]',
  summary:
    "Which prompt format a model completes best with, at random places of files; the editor's choice is not changed",
  async run(args) {
    const options = {
      files: { type: 'string', multiple: true, default: [] as string[] },
      places: { type: 'string', default: '40' },
      seconds: { type: 'string', default: '120' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    } as const;
    const { values, positionals } = parse(args, options, 1);
    const [model = ''] = positionals;
    const patterns = [...values.files];
    if (patterns.length === 0) throw new UsageError('--files is missing.');
    const request = {
      spans: count(values.places, '--places'),
      timeMs: count(values.seconds, '--seconds') * 1000,
      seed: count(values.seed, '--seed', 0),
    };
    const paths = (await Promise.all(patterns.map(glob))).flat();
    const files = await Promise.all(
      paths.map(async (path) => ({
        path: relative('.', path).split(sep).join('/'),
        languageId: languageOf(path),
        text: await readText(path),
      })),
    );
    const engine = await openEngine({ worker: join(__dirname, 'worker.js'), model, threads: 0 });
    const stop = new AbortController();
    const interrupt = (): void => {
      stop.abort();
    };
    process.once('SIGINT', interrupt);
    try {
      const measurement = await engine.measure(
        { files, ...request },
        ({ spans, ofSpans }) => {
          if (process.stderr.isTTY) process.stderr.write(`\r${spans} of ${ofSpans} places`);
        },
        stop.signal,
      );
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      if (measurement === undefined) return;
      if (values.json) printJson(measurement);
      else process.stdout.write(table(measurement));
    } finally {
      process.off('SIGINT', interrupt);
      await engine.close();
    }
  },
};

const REASONS = {
  better: 'better than all others',
  cheaper: 'others are no better, and a keystroke costs less with it',
  alike: 'no other is better or cheaper',
  'too-few': 'too few places were measured, or completed, to tell',
} as const;

function table({ formats, choice, elapsedMs, prefixTokens, suffixTokens }: Measurement): string {
  const head = ['format', 'places', 'exact', 'first word', 'ms a request', 'ms a keystroke', 'tokens'];
  const rows = [head, ...formats.map(row)];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  const best = `${choice.format ?? 'None chosen'}: ${REASONS[choice.why]}.`;
  const how = `${prefixTokens} + ${suffixTokens} tokens of context, ${Math.round(elapsedMs / 1000)} s.`;
  return `${lines.join('\n')}\n\n${best}\n${how}\n`;
}

function row(figures: FormatFigures): string[] {
  const { format, spans, exact, firstWord, requestMs, keystrokeMs, keystrokeTokens } = figures;
  const share = (part: number): string => (spans === 0 ? '–' : `${Math.round((100 * part) / spans)} %`);
  const number = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(1));
  return [
    format,
    String(spans),
    share(exact),
    share(firstWord),
    number(requestMs),
    number(keystrokeMs),
    number(keystrokeTokens),
  ];
}
