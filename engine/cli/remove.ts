import { findModel, modelName, removeModel } from '../library/index.ts';
import { parse, type Command } from './command.ts';
import { MODELS_FOLDER } from './models-folder.ts';

export const remove: Command = {
  usage: 'remove NAME|OWNER/REPOSITORY [--models DIR]',
  summary: 'Removes an installed model, or what was downloaded of it',
  async run(args) {
    const { values, positionals } = parse(args, { models: { type: 'string', default: MODELS_FOLDER } }, 1);
    const [name = ''] = positionals;
    await removeModel(values.models, modelName(findModel(name)?.id ?? name));
  },
};
