import { availableParallelism } from 'node:os';
import { BadInputError } from '../errors.ts';
import { chooseFimFormat } from '../prompt/index.ts';
import { openModel } from '../runtime/open-model.ts';
import { loadTokenizer } from '../tokenizer/index.ts';
import { Completer } from './completer.ts';

/** Most memory for checkpoints of all documents together. */
const CHECKPOINT_BYTES = 128 * 2 ** 20;
/** Decoding is bound by memory: more threads than this gained nothing on the machines seen. */
const MAX_THREADS = 8;

/** What is loaded, for the status item and the log. */
export interface ModelInfo {
  name: string;
  /** Folder of the checkpoint or model package. */
  directory: string;
  parameters: number;
  layers: number;
  /** Bits a weight of the large matrices: 4, 8 or 32. */
  bits: number;
  vocabularySize: number;
  /** The name of the fill-in-the-middle format in use. */
  fimFormat: string;
  threads: number;
  /** Size of one sequence's state in bytes, whatever the context. */
  stateBytes: number;
  loadMs: number;
}

export interface OpenCompleter {
  completer: Completer;
  info: ModelInfo;
  close(): Promise<void>;
}

/**
 * Loads a model with its tokenizer, ready to complete.
 * @param folder a checkpoint or a model package
 * @param threads of one run; 0 chooses
 * @param checkpointBytes most memory for checkpoints of all documents together
 * @throws BadInputError if something of the model is not as it should be
 */
export async function openCompleter(
  folder: string,
  threads: number,
  checkpointBytes = CHECKPOINT_BYTES,
): Promise<OpenCompleter> {
  const started = performance.now();
  const tokenizer = await loadTokenizer(folder);
  const format = chooseFimFormat(tokenizer);
  const chosen = threads > 0 ? threads : defaultThreads();
  const model = await openModel(folder, { threads: chosen });
  const { manifest, session } = model;
  if (tokenizer.vocabularySize > session.vocabularySize) {
    await model.close();
    throw new BadInputError({
      source: folder,
      field: 'tokenizer',
      expected: `at most ${session.vocabularySize} tokens, the model's vocabulary`,
      found: `${tokenizer.vocabularySize} tokens`,
      action: "Put the model's own tokenizer beside its weights.",
    });
  }
  const { eosTokenId } = manifest.config;
  const endIds = eosTokenId === null ? format.endIds : [...new Set([...format.endIds, eosTokenId])];
  const completer = new Completer({ session, tokenizer, format: { ...format, endIds } }, checkpointBytes);
  return {
    completer,
    info: {
      name: manifest.name,
      directory: folder,
      parameters: manifest.parameters,
      layers: manifest.config.layers,
      bits: manifest.bits,
      vocabularySize: manifest.config.vocabularySize,
      fimFormat: format.name,
      threads: chosen,
      stateBytes: session.stateBytes,
      loadMs: performance.now() - started,
    },
    close: async () => {
      completer.forget();
      await model.close();
    },
  };
}

/** Half of a larger machine's threads, which are two to a core, and all of a small one's. */
export function defaultThreads(parallelism = availableParallelism()): number {
  return parallelism <= 2 ? parallelism : Math.min(MAX_THREADS, Math.max(2, Math.floor(parallelism / 2)));
}
