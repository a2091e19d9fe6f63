import { buildPrompt, chooseFimFormat } from '../prompt/index.ts';
import { loadTokenizer } from '../tokenizer/index.ts';
import { BUNDLED_MODEL, count, parse, printJson, required, UsageError, type Command } from './command.ts';
import { readText } from './read-text.ts';

export const fimPrompt: Command = {
  usage:
    'fim-prompt [--model DIR] --prefix-file P --suffix-file S [--path PATH] [--language ID] [--format NAME] [--window-tokens P,S]',
  summary: 'A prompt\'s ids in the model\'s fill-in-the-middle format: {"ids": […]}',
  async run(args) {
    const { values } = parse(
      args,
      {
        model: { type: 'string', default: BUNDLED_MODEL },
        'prefix-file': { type: 'string' },
        'suffix-file': { type: 'string' },
        path: { type: 'string', default: '' },
        language: { type: 'string', default: '' },
        format: { type: 'string' },
        'window-tokens': { type: 'string', default: '1500,500' },
        json: { type: 'boolean' },
      },
      0,
    );
    const prefix = await readText(required(values['prefix-file'], '--prefix-file'));
    const suffix = await readText(required(values['suffix-file'], '--suffix-file'));
    const [before = '', after = '', ...more] = values['window-tokens'].split(',');
    if (more.length > 0) throw new UsageError('--window-tokens: expected two numbers, as in 1500,500.');
    const budget = {
      prefixTokens: count(before, '--window-tokens'),
      suffixTokens: count(after, '--window-tokens', 0),
    };
    const tokenizer = await loadTokenizer(values.model);
    const format = chooseFimFormat(tokenizer, values.format);
    const context = { prefix, suffix, prefixOffset: 0, path: values.path, languageId: values.language };
    printJson({ ids: buildPrompt(context, budget, format, tokenizer).ids });
  },
};
