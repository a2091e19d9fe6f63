import { findTokenizer } from '../tokenizer/index.ts';
import { convert } from '../weights/convert.ts';
import { readConfig } from '../weights/read-config.ts';
import { count, parse, printJson, UsageError, type Command } from './command.ts';

export const convertModel: Command = {
  usage: 'convert SOURCE DEST --bits 4|8|32 [--block 32|64|128] [--name NAME] [--json]',
  summary: 'Converts a checkpoint to a model package and shows the largest error of each tensor',
  async run(args) {
    const { values, positionals } = parse(
      args,
      {
        bits: { type: 'string' },
        block: { type: 'string', default: '128' },
        name: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      2,
    );
    const [source = '', destination = ''] = positionals;
    const bits = oneOf(values.bits ?? '', '--bits', [4, 8, 32] as const);
    const block = oneOf(values.block, '--block', [32, 64, 128] as const);
    // A folder that is no checkpoint is told before its tokenizer is looked for.
    await readConfig(source);
    const tokenizer = await findTokenizer(source);
    if (tokenizer === undefined)
      process.stderr.write(`${source} has no tokenizer: the package will give no text.\n`);
    const manifest = await convert({
      source,
      destination,
      bits,
      block,
      name: values.name,
      tokenizer: tokenizer?.file,
    });
    if (tokenizer === undefined)
      process.stderr.write(`${source} has no tokenizer: the package gives no text.\n`);
    const tensors = Object.entries(manifest.tensors).map(([name, tensor]) => ({
      name,
      shape: tensor.shape,
      bits: tensor.encoding === 'blocks' ? tensor.bits : 32,
      max_error: tensor.encoding === 'blocks' ? tensor.maxError : 0,
    }));
    if (values.json) {
      printJson({ destination, bytes: manifest.weights.bytes, parameters: manifest.parameters, tensors });
      return;
    }
    for (const { name, shape, bits: stored, max_error: error } of tensors) {
      process.stdout.write(
        `${name} [${shape.join(', ')}]: ${stored} bits, largest error ${error.toPrecision(3)}\n`,
      );
    }
    process.stdout.write(
      `${destination}: ${manifest.parameters} parameters in ${manifest.weights.bytes} bytes\n`,
    );
  },
};

function oneOf<T extends number>(value: string, name: string, allowed: readonly T[]): T {
  const number = value === '' ? NaN : count(value, name);
  const found = allowed.find((candidate) => candidate === number);
  if (found === undefined) throw new UsageError(`${name}: expected ${allowed.join(', ')}, found "${value}".`);
  return found;
}
