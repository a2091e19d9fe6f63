import { LocalCache } from '../decoding/index.ts';
import { BadInputError } from '../errors.ts';
import { chooseFimFormat, possibleFimFormats, type FimFormat, type FimFormatName } from '../prompt/index.ts';
import { defaultStateBytes, defaultThreads, LEAST_STATE_BYTES, totalMemory } from '../resources.ts';
import { asMemoryError } from '../runtime/memory.ts';
import type { ModelSession } from '../runtime/model-session.ts';
import { openModel, type OpenModel } from '../runtime/open-model.ts';
import { Speed } from '../runtime/speed.ts';
import { StateFiles } from '../state/state-files.ts';
import { loadTokenizer } from '../tokenizer/index.ts';
import { Completer, PROMPT_TOKENS } from './completer.ts';
import { measureFormats, type MeasureControl } from './measuring/measure-formats.ts';
import type { Measurement, MeasureRequest } from './measuring/measurement.ts';

/** While formats are measured, so many states more. */
const MEASURED_STATES = 3;
/** Most bytes of states on disk, of all models together: so many states, or what the bundled model's need. */
const STATES_ON_DISK = 8;
const LEAST_BYTES_ON_DISK = 256 * 2 ** 20;
/** Tokens whose run says how fast a model is: the chunk that an unknown one would begin with. */
const PROBE_TOKENS = 16;

/** What is loaded, for the status item and the log. */
export interface ModelInfo {
  name: string;
  /** Names the model's weights, wherever they lie. */
  hash: string;
  /** Folder of the checkpoint or model package. */
  directory: string;
  parameters: number;
  layers: number;
  /** Bits a weight of the large matrices: 4, 8 or 32. */
  bits: number;
  vocabularySize: number;
  /** The name of the fill-in-the-middle format in use. */
  fimFormat: FimFormatName;
  /** All formats that the vocabulary has the markers of, the usual one first. */
  fimFormats: readonly FimFormatName[];
  threads: number;
  /** Size of one sequence's state in bytes; with attention, keys and values of its tokens come to it. */
  stateBytes: number;
  loadMs: number;
}

export interface OpenCompleter {
  completer: Completer;
  info: ModelInfo;
  /** Compares the formats that the vocabulary allows. One at a time, and nothing else of this model meanwhile but what `control.run` lets in between. */
  measure(request: MeasureRequest, control: MeasureControl): Promise<Measurement>;
  close(): Promise<void>;
}

/** What the text of documents and of the project's files is for: to guess tokens, which the model checks, or to have a say beside the model too. */
export type LocalCacheUse = 'drafts' | 'mixes';

export interface OpenCompleterOptions {
  /** Where states outlive the model's closing; nowhere if it is left out. */
  stateFolder?: string | undefined;
  /** See `CompleterOptions`. */
  speculates?: boolean | undefined;
  localCache?: LocalCacheUse | undefined;
  /** Memory that the model may take, in bytes; any where it is left out. */
  availableBytes?: number | undefined;
  /** The names of formats that measuring has found for models, by their hashes; of a model that is not among them the vocabulary decides. */
  formats?: Readonly<Record<string, string>> | undefined;
}

/**
 * Loads a model with its tokenizer, ready to complete.
 * @param folder a checkpoint or a model package
 * @param threads of one run; 0 chooses
 * @param stateBytes most memory for states of all documents together; chosen where it is left out
 * @throws BadInputError if something of the model is not as it should be; NotEnoughMemoryError if it does not fit in memory
 */
export async function openCompleter(
  folder: string,
  threads: number,
  stateBytes?: number,
  { stateFolder, speculates, localCache, availableBytes, formats = {} }: OpenCompleterOptions = {},
): Promise<OpenCompleter> {
  const started = performance.now();
  const tokenizer = await loadTokenizer(folder);
  const chosen = threads > 0 ? threads : defaultThreads();
  const model = await openModel(folder, { threads: chosen, availableBytes });
  const { manifest, session, hash } = model;
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
  const fimFormats = possibleFimFormats(tokenizer);
  const { eosTokenId } = manifest.config;
  const formatOf = (name?: FimFormatName): FimFormat => {
    const format = chooseFimFormat(tokenizer, name);
    return eosTokenId === null ? format : { ...format, endIds: [...new Set([...format.endIds, eosTokenId])] };
  };
  // Another tokenizer may lie beside the same weights than when they were measured.
  const format = formatOf(fimFormats.find((name) => name === formats[hash]));
  const files = stateFolder === undefined ? undefined : stateFiles(stateFolder, model);
  const budget = stateBytes ?? defaultStateBytes(session.bytesAfter(PROMPT_TOKENS), totalMemory());
  const speed = await measured(session).catch(async (error: unknown) => {
    await model.close();
    throw asMemoryError(error, folder, manifest.weights.bytes);
  });
  const completer = new Completer({ session, tokenizer, format }, budget, {
    files,
    speculates,
    speed,
    cache: localCache === undefined ? undefined : new LocalCache(tokenizer),
    mixes: localCache === 'mixes',
  });
  return {
    completer,
    info: {
      name: manifest.name,
      hash,
      directory: folder,
      parameters: manifest.parameters,
      layers: manifest.config.layers,
      bits: manifest.bits,
      vocabularySize: manifest.config.vocabularySize,
      fimFormat: format.name,
      fimFormats,
      threads: chosen,
      stateBytes: session.stateBytes,
      loadMs: performance.now() - started,
    },
    measure: (request, control) => {
      const budget = Math.max(LEAST_STATE_BYTES, MEASURED_STATES * session.bytesAfter(PROMPT_TOKENS));
      const subjects = fimFormats.map((name) => {
        const subject = { session, tokenizer, format: formatOf(name) };
        return { format: name, completer: new Completer(subject, budget, { speculates: false, speed }) };
      });
      return measureFormats({ modelHash: hash, inUse: format.name, subjects }, request, control);
    },
    close: async () => {
      completer.forget();
      await model.close();
    },
  };
}

/** The speed of one chunk, so that the first request knows how much it can ask for: 5 ms with the bundled model, 1 s with Codestral Mamba. */
async function measured(session: ModelSession): Promise<Speed> {
  const speed = new Speed();
  const ids = Array.from({ length: PROBE_TOKENS }, () => 0);
  // The first run of all pays for memory that the later ones find.
  const first = await session.advance(session.initialState(), [0], 'none');
  const started = performance.now();
  const { state } = await session.advance(first.state, ids, 'none');
  speed.prefilled(ids.length, performance.now() - started);
  state.release();
  return speed;
}

function stateFiles(folder: string, { hash, session }: OpenModel): StateFiles {
  return new StateFiles({
    folder,
    modelHash: hash,
    stateLength: (tokens) => session.bytesAfter(tokens) / Float32Array.BYTES_PER_ELEMENT,
    capBytes: Math.max(LEAST_BYTES_ON_DISK, STATES_ON_DISK * session.bytesAfter(PROMPT_TOKENS)),
  });
}
