import { openCompleter } from '../completion/open-completer.ts';
import { BUNDLED_MODEL, count, parse, printJson, UsageError, type Command } from './command.ts';
import { figuresOf, type Figures } from './replay/figures.ts';
import { readSession } from './replay/read-session.ts';
import { replaySession } from './replay/session.ts';

export const replay: Command = {
  usage:
    'replay TRACE.jsonl [--model DIR] [--window-tokens P,S] [--state-mib N] [--latency MS] [--realtime] [--json]',
  summary: 'What the requests of a recorded editing session cost, with warming ahead switched off and on',
  async run(args) {
    const { values, positionals } = parse(
      args,
      {
        model: { type: 'string', default: BUNDLED_MODEL },
        'window-tokens': { type: 'string', default: '1500,500' },
        'state-mib': { type: 'string' },
        latency: { type: 'string' },
        realtime: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
      1,
    );
    const [before = '', after = '', ...more] = values['window-tokens'].split(',');
    if (more.length > 0) throw new UsageError('--window-tokens: expected two numbers, as in 1500,500.');
    const window = {
      prefixTokens: count(before, '--window-tokens'),
      suffixTokens: count(after, '--window-tokens', 0),
      ...(values.latency === undefined ? {} : { latencyMs: count(values.latency, '--latency') }),
    };
    const mebibytes = values['state-mib'];
    const budget = mebibytes === undefined ? undefined : count(mebibytes, '--state-mib') * 2 ** 20;
    const [path = ''] = positionals;
    const events = await readSession(path);
    const opened = await openCompleter(values.model, 0, budget);
    try {
      const { completer } = opened;
      const { realtime } = values;
      const cold = await replaySession(path, events, completer, { ...window, realtime, warming: false });
      completer.forget();
      const warmed = await replaySession(path, events, completer, { ...window, realtime, warming: true });
      const figures = figuresOf(cold, warmed);
      if (values.json) printJson(figures);
      else process.stdout.write(table(figures));
    } finally {
      await opened.close();
    }
  },
};

function table(figures: Figures): string {
  const { waiting_tokens: tokens, ms } = figures;
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const rows: [string, string][] = [
    ['requests', String(figures.requests)],
    ['prompt tokens', String(figures.prompt_tokens)],
    ['advanced, without warming', `${figures.advanced_tokens} (${percent(figures.share)})`],
    ['waited for, with warming', `${figures.advanced_waiting_tokens} (${percent(figures.share_waiting)})`],
    [
      'tokens waited for, p50 / p90 / p95 / p99',
      `${tokens.p50} / ${tokens.p90} / ${tokens.p95} / ${tokens.p99}`,
    ],
    [
      'ms to the first token, p50 / p90 / p99',
      [ms.p50, ms.p90, ms.p99].map((one) => one.toFixed(1)).join(' / '),
    ],
    ['most memory of states', `${(figures.peak_state_bytes / 2 ** 20).toFixed(1)} MiB`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(42)}${value}\n`).join('');
}
