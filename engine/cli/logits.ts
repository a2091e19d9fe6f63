import { defaultThreads } from '../resources.ts';
import { openModel } from '../runtime/open-model.ts';
import { BUNDLED_MODEL, ids, parse, printJson, type Command } from './command.ts';

export const logits: Command = {
  usage: 'logits [--model DIR] --ids 1,2,3 [--all]',
  summary: 'Logits after the last token, or after each: {"logits": [[…], …]}',
  async run(args) {
    const { values } = parse(
      args,
      {
        model: { type: 'string', default: BUNDLED_MODEL },
        ids: { type: 'string' },
        all: { type: 'boolean', default: false },
        json: { type: 'boolean' },
      },
      0,
    );
    const tokens = ids(values.ids);
    const model = await openModel(values.model, { threads: defaultThreads() });
    const { session } = model;
    const result = await session.advance(session.initialState(), tokens, values.all ? 'all' : 'last');
    const size = session.vocabularySize;
    const rows = Array.from({ length: result.logits.length / size }, (_, row) =>
      Array.from(result.logits.subarray(row * size, (row + 1) * size)),
    );
    printJson({ logits: rows });
    await model.close();
  },
};
