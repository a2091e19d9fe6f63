import { CATALOGUE, listModels, rankModels, readMachine, sizeText, type Fit } from '../library/index.ts';
import { parse, printJson, type Command } from './command.ts';
import { MODELS_FOLDER } from './models-folder.ts';

export const models: Command = {
  usage: 'models [--models DIR] [--json]',
  summary: 'The models that can be installed, how each fits this machine, and those that are installed',
  async run(args) {
    const { values } = parse(
      args,
      { models: { type: 'string', default: MODELS_FOLDER }, json: { type: 'boolean', default: false } },
      0,
    );
    const machine = await readMachine(values.models);
    const ranked = rankModels(CATALOGUE, machine);
    const installed = await listModels(values.models);
    if (values.json) {
      printJson({
        machine,
        models: ranked.map(({ model, ...fit }) => ({ ...model, ...fit })),
        installed,
      });
      return;
    }
    for (const fit of ranked) process.stdout.write(`${line(fit)}\n`);
    process.stdout.write(`\nIn ${values.models}:${installed.length === 0 ? ' nothing' : ''}\n`);
    for (const { name, state, bytes, record } of installed) {
      const what =
        state === 'installed'
          ? record.repository
          : `${record.repository}, not complete: install it again to go on`;
      process.stdout.write(`  ${name}  ${sizeText(bytes)}  ${what}\n`);
    }
  },
};

function line({
  model,
  verdict,
  recommended,
  downloadBytes,
  packageBytes,
  memoryBytes,
  msPerToken,
  reasons,
}: Fit): string {
  const mark = recommended ? 'recommended' : verdict;
  const needs = `download ${sizeText(downloadBytes)}, disk ${sizeText(packageBytes)}, memory ${sizeText(memoryBytes)}`;
  const details = `${needs}, about ${msPerToken.toFixed(1)} ms a token, ${model.licence}, ${model.fim}`;
  return [`${model.id}  [${mark}]  ${details}`, ...reasons.map(({ text }) => `    ${text}`)].join('\n');
}
