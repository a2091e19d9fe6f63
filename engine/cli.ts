import { complete } from './cli/complete.ts';
import { convertModel } from './cli/convert.ts';
import { evaluate } from './cli/evaluate.ts';
import { fimPrompt } from './cli/fim-prompt.ts';
import { fitMixing } from './cli/fit-mixing.ts';
import { generate } from './cli/generate.ts';
import { installModel } from './cli/install.ts';
import { measure } from './cli/measure.ts';
import { models } from './cli/models.ts';
import { remove } from './cli/remove.ts';
import { replay } from './cli/replay.ts';
import { logits } from './cli/logits.ts';
import { tokenize } from './cli/tokenize.ts';
import { UsageError, type Command } from './cli/command.ts';

const COMMANDS: Record<string, Command> = {
  complete,
  logits,
  generate,
  tokenize,
  'fim-prompt': fimPrompt,
  convert: convertModel,
  models,
  install: installModel,
  remove,
  measure,
  replay,
  evaluate,
  'fit-mixing': fitMixing,
};

const USAGE = `Usage: mamba COMMAND …

${Object.values(COMMANDS)
  .map(({ usage, summary }) => `  ${usage}\n      ${summary}`)
  .join('\n')}

DIR is a checkpoint or a model package; the default is the bundled model. Results go to stdout, errors to stderr.
Exit codes: 0 done, 1 failed, 2 bad usage.
`;

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--help' || name === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  // `constructor` is no command, although every object has one.
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    process.stderr.write(
      `${name === undefined ? 'No command given.' : `Unknown command: ${name}`}\n\n${USAGE}`,
    );
    return 2;
  }
  if (rest.includes('--help')) {
    process.stdout.write(`Usage: mamba ${command.usage}\n\n${command.summary}.\n`);
    return 0;
  }
  try {
    await command.run(rest);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\nUsage: mamba ${command.usage}\n`);
      return 2;
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
