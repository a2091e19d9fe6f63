import { defaultThreads } from '../resources.ts';
import { greedy } from '../decoding/index.ts';
import { openModel } from '../runtime/open-model.ts';
import { BUNDLED_MODEL, count, ids, parse, printJson, required, type Command } from './command.ts';

export const generate: Command = {
  usage: 'generate [--model DIR] --ids 1,2,3 --max-tokens N',
  summary: 'N greedy tokens after these, end tokens included: {"ids": […]}',
  async run(args) {
    const { values } = parse(
      args,
      {
        model: { type: 'string', default: BUNDLED_MODEL },
        ids: { type: 'string' },
        'max-tokens': { type: 'string' },
        json: { type: 'boolean' },
      },
      0,
    );
    const prompt = ids(values.ids);
    const length = count(required(values['max-tokens'], '--max-tokens'), '--max-tokens');
    const model = await openModel(values.model, { threads: defaultThreads() });
    const { session } = model;
    let { state, logits } = await session.advance(session.initialState(), prompt, 'last');
    const generated = [greedy(logits)];
    while (generated.length < length) {
      ({ state, logits } = await session.advance(state, generated.slice(-1), 'last'));
      generated.push(greedy(logits));
    }
    printJson({ ids: generated });
    await model.close();
  },
};
