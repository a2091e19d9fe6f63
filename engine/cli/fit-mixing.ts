import { accessSync, constants, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BadInputError } from '../errors.ts';
import { BUNDLED_MODEL, count, parse, required, UsageError, type Command } from './command.ts';
import { readProject } from './evaluate.ts';
import { collect, walk, type Example, type Examples } from './evaluate/examples.ts';
import { fitNetwork, fitReached, rate, reached } from './evaluate/fit-network.ts';
import { fitMean } from './evaluate/mean-network.ts';
import { openForEvaluation } from './evaluate/open.ts';
import { seededRandom } from '../seeded-random.ts';

/** The text around alone also drafts for models that are not mixed, and is then asked wherever those come to. */
const FITS = {
  both: (texts: Texts, random: () => number) => fitMean(() => fitReached(texts, random)),
  cache: (texts: Texts, random: () => number) => fitMean(() => fitNetwork(texts.flat(), random)),
};

type Texts = readonly (readonly Example[])[];

export const fitMixing: Command = {
  usage: 'fit-mixing --files GLOB [--files GLOB …] --out networks.json [--model DIR] [--spans N] [--seed S]',
  summary: 'Fits how the model and the local cache are mixed, on projects that neither has seen',
  async run(args) {
    const { values } = parse(
      args,
      {
        files: { type: 'string', multiple: true },
        out: { type: 'string' },
        model: { type: 'string', default: BUNDLED_MODEL },
        spans: { type: 'string', default: '150' },
        seed: { type: 'string', default: '1' },
      },
      0,
    );
    if (values.files === undefined) throw new UsageError('--files is missing.');
    const out = required(values.out, '--out');
    requireFolder(out);
    const random = seededRandom(count(values.seed, '--seed', 0));
    const opened = await openForEvaluation(values.model);
    const { completer, tokenizer } = opened;
    const projects: Examples[] = [];
    for (const pattern of values.files) {
      const files = await readProject(pattern);
      const walks = await walk(completer, tokenizer, files, count(values.spans, '--spans'), random);
      projects.push(collect(completer, tokenizer, files, walks));
      process.stderr.write(`${pattern}: ${projects.at(-1)?.both.flat().length ?? 0} places\n`);
    }
    await opened.close();
    for (const kind of ['both', 'cache'] as const) {
      // Every fourth project is held out, to see what a fit is worth.
      const of = (isHeld: boolean) =>
        projects.filter((_, at) => (at % 4 === 3) === isHeld).flatMap((project) => project[kind]);
      const [seen, held] = [of(false), of(true)];
      const trial = FITS[kind](seen, random);
      for (const [name, texts] of Object.entries({ seen, 'held out': held })) {
        if (texts.length === 0) continue; // of fewer than four projects, none is held out
        const { bits, right } = rate(
          trial,
          texts.flatMap((text) => reached(trial, text)),
        );
        process.stdout.write(
          `${kind} ${name}: ${bits.toFixed(3)} bits a token, ${(right * 100).toFixed(1)} % right\n`,
        );
      }
    }
    const fitted = {
      both: FITS.both(
        projects.flatMap(({ both }) => both),
        random,
      ),
      cache: FITS.cache(
        projects.flatMap(({ cache }) => cache),
        random,
      ),
    };
    writeFileSync(out, `${JSON.stringify(fitted, undefined, 1)}\n`);
  },
};

/** Fitting takes minutes, which would be lost. @throws BadInputError if nothing can be written there */
function requireFolder(out: string): void {
  try {
    accessSync(dirname(out), constants.W_OK);
  } catch (error) {
    throw new BadInputError(
      {
        source: out,
        field: '--out',
        expected: 'a file in a folder that can be written',
        found: `none: ${(error as NodeJS.ErrnoException).code}`,
        action: 'Name another file, or make its folder.',
      },
      { cause: error },
    );
  }
}
