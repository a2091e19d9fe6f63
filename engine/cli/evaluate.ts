import { BadInputError } from '../errors.ts';
import { BUNDLED_MODEL, count, parse, printJson, UsageError, type Command } from './command.ts';
import {
  evaluateProject,
  figuresOf as fileFigures,
  type FileFigures,
  judgedOf,
  type Outcome,
} from './evaluate/files.ts';
import { glob } from './evaluate/glob.ts';
import { openForEvaluation } from './evaluate/open.ts';
import { evaluateProblems, readProblems, type HumanEvalFigures } from './evaluate/humaneval.ts';
import { seededRandom } from '../seeded-random.ts';
import { type Reliability, reliabilityOf } from './evaluate/reliability.ts';
import { requirePython } from './evaluate/sandbox.ts';
import { SPAN_KINDS, type ProjectFile } from './evaluate/spans.ts';
import { evaluateTrace, type TraceFigures } from './evaluate/trace.ts';
import { readText } from './read-text.ts';
import { readSession } from './replay/read-session.ts';

/** Larger files are not written by hand. UTF-16 units. */
const MAX_FILE = 512 * 1024;

export const evaluate: Command = {
  usage:
    'evaluate [--files GLOB …] [--trace T.jsonl] [--humaneval FILE [--problems N]] [--model DIR] [--spans N] [--kind line|lines|inside …] [--seed S] [--json]',
  summary:
    'How often text is right that was taken out of files (each glob or folder is a project) or that a recorded session then wrote, and lines of functions that pass their tests: the local cache alone, the model alone, both; on files a plain 8-gram cache too; and how far the confidence can be trusted',
  async run(args) {
    const { values } = parse(
      args,
      {
        files: { type: 'string', multiple: true, default: [] },
        trace: { type: 'string' },
        humaneval: { type: 'string' },
        problems: { type: 'string', default: '1033' },
        model: { type: 'string', default: BUNDLED_MODEL },
        spans: { type: 'string', default: '100' },
        kind: { type: 'string', multiple: true, default: [...SPAN_KINDS] },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
      },
      0,
    );
    const { files, trace, humaneval, json } = values;
    if (files.length === 0 && trace === undefined && humaneval === undefined)
      throw new UsageError('--files, --trace or --humaneval is missing.');
    const spans = count(values.spans, '--spans');
    const kinds = values.kind.map((kind) => {
      const known = SPAN_KINDS.find((one) => one === kind);
      if (known === undefined)
        throw new UsageError(`--kind: expected line, lines or inside, found "${kind}".`);
      return known;
    });
    const random = seededRandom(count(values.seed, '--seed', 0));
    const projects = await Promise.all(files.map(readProject));
    const events = trace === undefined ? [] : await readSession(trace);
    const all = humaneval === undefined ? [] : await readProblems(humaneval);
    if (humaneval !== undefined) requirePython();
    const problems = spread(all, count(values.problems, '--problems'));
    const opened = await openForEvaluation(values.model);
    const { completer, tokenizer } = opened;
    try {
      const outcomes: Outcome[] = [];
      for (const project of projects)
        outcomes.push(...(await evaluateProject(completer, tokenizer, project, { spans, kinds, random })));
      const figures: AllFigures = {};
      const judged = judgedOf(outcomes);
      if (outcomes.length > 0) figures.files = fileFigures(outcomes);
      if (trace !== undefined) {
        const ofTrace = await evaluateTrace(trace, events, completer);
        figures.trace = ofTrace.figures;
        judged.push(...ofTrace.judged);
      }
      if (judged.length > 0) figures.reliability = reliabilityOf(judged);
      if (humaneval !== undefined) figures.humaneval = await evaluateProblems(completer, problems);
      if (json) printJson(figures);
      else process.stdout.write(tables(figures));
    } finally {
      await opened.close();
    }
  },
};

/** So many of all, at equal distances. */
function spread<T>(all: readonly T[], most: number): T[] {
  const step = Math.max(1, all.length / most);
  return all.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step));
}

/** The files of a glob with LF line ends. @throws BadInputError if there is nothing to take out */
export async function readProject(pattern: string): Promise<ProjectFile[]> {
  const paths = await glob(pattern);
  const files = await Promise.all(
    paths.map(async (path) => ({ path, text: (await readText(path)).replaceAll(/\r\n?/g, '\n') })),
  );
  const usable = files.filter(({ text }) => text.length <= MAX_FILE);
  if (usable.some(({ text }) => /\S.*\S/.test(text))) return usable;
  throw new BadInputError({
    source: pattern,
    expected: 'files with some lines of text',
    found: `${usable.length} files without any`,
    action: 'Name other files; quote the pattern, so that the shell does not take it apart.',
  });
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

interface AllFigures {
  files?: FileFigures[];
  trace?: TraceFigures[];
  humaneval?: HumanEvalFigures[];
  /** Of lines by both, of files and of the session together. */
  reliability?: Reliability[];
}

function tables({ files = [], trace = [], humaneval = [], reliability = [] }: AllFigures): string {
  const ofFiles = files.map((one) => [
    one.language,
    one.kind,
    one.system,
    String(one.spans),
    percent(one.exact),
    percent(one.first_token),
    one.bits_a_byte === null ? '' : one.bits_a_byte.toFixed(2),
    one.ms.toFixed(1),
  ]);
  const ofTrace = trace.map((one) => [
    one.suggestions,
    one.system,
    String(one.requests),
    percent(one.shown_share),
    percent(one.right_share),
    percent(one.whole_share),
    String(one.characters_saved),
    one.ms.toFixed(1),
  ]);
  const ofProblems = humaneval.map((one) => [
    one.system,
    String(one.problems),
    percent(one.pass_at_1),
    percent(one.exact),
  ]);
  const ofConfidence = reliability.map((one) => [
    `${percent(one.from)} to ${percent(one.to)}`,
    String(one.suggestions),
    percent(one.mean_confidence),
    percent(one.right_share),
  ]);
  return [
    table(['language', 'span', 'system', 'spans', 'exact', 'first token', 'bits a byte', 'ms'], ofFiles),
    table(['suggestions', 'system', 'requests', 'shown', 'right', 'whole line', 'saved', 'ms'], ofTrace),
    table(['system', 'problems', 'pass@1', 'exact'], ofProblems),
    table(['confidence of both', 'suggestions', 'mean', 'right'], ofConfidence),
  ].join('');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ');
  return all.map((row) => `${line(row).trimEnd()}\n`).join('');
}
