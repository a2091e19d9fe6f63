import { sizeText } from '../library/index.ts';
import { findTokenizer } from '../tokenizer/index.ts';
import { convert } from '../weights/convert.ts';
import { readConfig } from '../weights/read-config.ts';
import { count, parse, printJson, required, UsageError, type Command } from './command.ts';

export const convertModel: Command = {
  usage: 'convert SOURCE DEST --bits 4|8|32 [--block 32|64|128] [--name NAME] [--delete-source] [--json]',
  summary: 'Converts a checkpoint to a model package and shows the largest error of each tensor',
  async run(args) {
    const { values, positionals } = parse(
      args,
      {
        bits: { type: 'string' },
        block: { type: 'string' },
        name: { type: 'string' },
        'delete-source': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
      2,
    );
    const [source = '', destination = ''] = positionals;
    const bits = oneOf(required(values.bits, '--bits'), '--bits', [4, 8, 32] as const);
    const block =
      values.block === undefined ? undefined : oneOf(values.block, '--block', [32, 64, 128] as const);
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
      deleteSource: values['delete-source'],
      onProgress: process.stderr.isTTY ? showProgress : undefined,
      onRestart: (reason) => {
        process.stderr.write(
          `What an interrupted conversion left is of no use, since ${reason}: beginning anew.\n`,
        );
      },
    });
    const tensors = Object.entries(manifest.tensors).map(([name, tensor]) => ({
      name,
      shape: tensor.shape,
      bits: tensor.encoding === 'blocks' ? tensor.bits : 32,
      max_error: tensor.encoding === 'blocks' ? tensor.maxError : 0,
      relative_error: (tensor.encoding === 'blocks' ? tensor.relativeError : undefined) ?? 0,
    }));
    const { bytes } = manifest.weights;
    const bitsAWeight = (8 * bytes) / manifest.parameters;
    if (values.json) {
      const { parameters } = manifest;
      printJson({ destination, bytes, parameters, bits_a_weight: bitsAWeight, tensors });
      return;
    }
    for (const { name, shape, bits: stored, max_error: error, relative_error: relative } of tensors) {
      const squared = stored === 32 ? '' : `, squared error ${relative.toPrecision(3)} of the squares`;
      process.stdout.write(
        `${name} [${shape.join(', ')}]: ${stored} bits, largest error ${error.toPrecision(3)}${squared}\n`,
      );
    }
    process.stdout.write(
      `${destination}: ${manifest.parameters} parameters in ${bytes} bytes, ${bitsAWeight.toFixed(2)} bits a weight\n`,
    );
  },
};

function showProgress(done: number, total: number, bytesPerSecond: number): void {
  const share = Math.floor((100 * done) / total);
  process.stderr.write(`\r${share} % of ${sizeText(total)}, ${(bytesPerSecond / 1e6).toFixed(0)} MB/s `);
  if (done === total) process.stderr.write('\n');
}

function oneOf<T extends number>(value: string, name: string, allowed: readonly T[]): T {
  const number = count(value, name);
  const found = allowed.find((candidate) => candidate === number);
  if (found === undefined) {
    const last = allowed.length - 1;
    const choice = `${allowed.slice(0, last).join(', ')} or ${allowed[last]}`;
    throw new UsageError(`${name}: expected ${choice}, found "${value}".`);
  }
  return found;
}
