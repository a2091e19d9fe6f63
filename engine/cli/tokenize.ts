import { loadTokenizer } from '../tokenizer/index.ts';
import { BUNDLED_MODEL, parse, printJson, required, type Command } from './command.ts';
import { readText } from './read-text.ts';

export const tokenize: Command = {
  usage: 'tokenize [--model DIR|FILE] --text-file F',
  summary: 'The ids of a text, by a tokenizer or that of a model: {"ids": […]}',
  async run(args) {
    const { values } = parse(
      args,
      {
        model: { type: 'string', default: BUNDLED_MODEL },
        'text-file': { type: 'string' },
        json: { type: 'boolean' },
      },
      0,
    );
    const text = await readText(required(values['text-file'], '--text-file'));
    const tokenizer = await loadTokenizer(values.model);
    printJson({ ids: tokenizer.encode(text) });
  },
};
