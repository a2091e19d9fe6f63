import { Completer } from '../../completion/completer.ts';
import { defaultThreads } from '../../resources.ts';
import { LocalCache } from '../../decoding/index.ts';
import { chooseFimFormat } from '../../prompt/index.ts';
import { openModel } from '../../runtime/open-model.ts';
import { loadTokenizer, type Tokenizer } from '../../tokenizer/index.ts';

const STATE_BYTES = 64 * 2 ** 20;

export interface Opened {
  completer: Completer;
  tokenizer: Tokenizer;
  close(): Promise<void>;
}

/** A model with a local cache, to be measured. */
export async function openForEvaluation(folder: string): Promise<Opened> {
  const tokenizer = await loadTokenizer(folder);
  const format = chooseFimFormat(tokenizer);
  const model = await openModel(folder, { threads: defaultThreads() });
  const cache = new LocalCache(tokenizer);
  const { session } = model;
  const completer = new Completer({ session, tokenizer, format }, STATE_BYTES, {
    cache,
    mixes: true,
    speculates: false,
    // What is said must not depend on how fast the machine is.
    now: () => 0,
  });
  return { completer, tokenizer, close: () => model.close() };
}
