import { install, networkFetch, sizeText, type InstallProgress } from '../library/index.ts';
import { count, parse, UsageError, type Command } from './command.ts';
import { MODELS_FOLDER } from './models-folder.ts';

export const installModel: Command = {
  usage:
    'install NAME|OWNER/REPOSITORY [--endpoint URL] [--models DIR] [--bits 4|8] [--revision REV] [--keep-source]',
  summary:
    'Downloads and converts a model; run again, it goes on where it was. HF_TOKEN and HTTPS_PROXY are read from the environment',
  async run(args) {
    const { values, positionals } = parse(
      args,
      {
        endpoint: { type: 'string' },
        models: { type: 'string', default: MODELS_FOLDER },
        bits: { type: 'string' },
        revision: { type: 'string' },
        'keep-source': { type: 'boolean', default: false },
      },
      1,
    );
    const bits = values.bits === undefined ? undefined : count(values.bits, '--bits');
    if (bits !== undefined && bits !== 4 && bits !== 8) {
      throw new UsageError(`--bits: expected 4 or 8, found "${bits}".`);
    }
    const stop = new AbortController();
    const interrupt = (): void => {
      stop.abort(new Error('Stopped. What has arrived is kept: install the model again to go on.'));
    };
    process.once('SIGINT', interrupt);
    process.once('SIGTERM', interrupt);
    try {
      const model = await install(positionals[0] ?? '', {
        models: values.models,
        endpoint: values.endpoint,
        // Not an argument: those can be read by every process of the machine.
        token: process.env['HF_TOKEN'],
        fetch: await networkFetch(),
        bits,
        revision: values.revision,
        keepsSource: values['keep-source'],
        signal: stop.signal,
        onProgress: reporter(),
      });
      process.stdout.write(`${model.package}\n`);
    } finally {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    }
  },
};

/** Lines on stderr: one a phase and one for every tenth of it. */
function reporter(): (progress: InstallProgress) => void {
  let last = '';
  return (progress) => {
    const line = describeProgress(progress);
    if (line !== last) process.stderr.write(`${line}\n`);
    last = line;
  };
}

function describeProgress(progress: InstallProgress): string {
  if (progress.phase === 'looking') return 'Asking the hub for the files…';
  const [done, total] =
    progress.phase === 'converting' ? [progress.done, progress.total] : [progress.bytes, progress.total];
  const tenth = `${Math.floor((10 * done) / Math.max(1, total)) * 10} %`;
  return progress.phase === 'converting'
    ? `Converting: ${tenth}`
    : `Downloading ${sizeText(total)}: ${tenth}`;
}
