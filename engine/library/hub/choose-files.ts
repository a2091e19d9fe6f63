import { HubError } from './errors.ts';
import type { HubFile } from './part-file.ts';
import type { Repository } from './repository.ts';

/** The files of a repository that a model needs. */
export interface ModelFiles {
  layout: 'hugging-face' | 'mistral';
  /** Config, tokenizer and index: a few megabytes that tell whether the rest is worth loading. */
  small: readonly HubFile[];
  /** One file of weights, or the name of the index that lists several. */
  weights: HubFile | { index: string };
}

const LAYOUTS = [
  { layout: 'hugging-face', config: 'config.json', weights: 'model.safetensors' },
  { layout: 'mistral', config: 'params.json', weights: 'consolidated.safetensors' },
] as const;

/** A file of plain letters, which cannot stand outside its folder on any system. */
const PLAIN_NAME = /^\w[\w.-]*$/;
/** 128 MB: the largest tokenizer seen has 35 MB, so more is something else. */
const MAX_SMALL_BYTES = 128_000_000;

/**
 * Chooses one layout, the Hugging Face one where there are both, and nothing twice.
 * @throws HubError of kind `unusable` that says what is missing
 */
export function chooseFiles(repository: Repository): ModelFiles {
  const files = new Map(repository.files.map((file) => [file.path, file]));
  for (const { layout, config, weights } of LAYOUTS) {
    const configFile = files.get(config);
    const single = files.get(weights);
    const index = files.get(`${weights}.index.json`);
    const found = single ?? index;
    if (configFile === undefined || found === undefined) continue;
    const tokenizer = tokenizers(files);
    const small = [configFile, ...(single === undefined && index !== undefined ? [index] : []), ...tokenizer];
    for (const file of small) {
      if (file.bytes > MAX_SMALL_BYTES) throw tooLarge(repository, file);
    }
    if (tokenizer.length === 0) throw withoutTokenizer(repository);
    return { layout, small, weights: single ?? { index: found.path } };
  }
  throw nothingToRead(repository, files);
}

/**
 * The shards that an index lists.
 * @param index the parsed index file
 * @throws HubError of kind `unusable` if one is not in the repository
 */
export function shardsOf(repository: Repository, index: Record<string, unknown>): HubFile[] {
  const map = index['weight_map'];
  const names = typeof map === 'object' && map !== null ? new Set<unknown>(Object.values(map)) : new Set();
  const files = new Map(repository.files.map((file) => [file.path, file]));
  if (names.size === 0) throw unusable(repository, 'an index that lists shards', 'one without any');
  return [...names].map((name) => {
    const file =
      typeof name === 'string' && PLAIN_NAME.test(name) && name.endsWith('.safetensors')
        ? files.get(name)
        : undefined;
    if (file === undefined)
      throw unusable(repository, 'every shard that its index lists', `no ${String(name)}`);
    return file;
  });
}

/** tokenizer.json, and one SentencePiece model: it serves where tokenizer.json was only converted from it. */
function tokenizers(files: ReadonlyMap<string, HubFile>): HubFile[] {
  const others = [...files.keys()]
    .filter((name) => PLAIN_NAME.test(name) && /\.model(\.|$)/.test(name))
    .sort();
  const models = ['tokenizer.model', 'tokenizer.model.v3', ...others].map((name) => files.get(name));
  const chosen = [files.get('tokenizer.json'), models.find((file) => file !== undefined)];
  return chosen.filter((file) => file !== undefined);
}

function nothingToRead(repository: Repository, files: ReadonlyMap<string, HubFile>): HubError {
  const names = [...files.keys()];
  const hasSafetensors = names.some((name) => name.endsWith('.safetensors'));
  const pickled = names.find((name) => /\.(bin|pt|pth)$/.test(name));
  if (hasSafetensors) {
    return unusable(
      repository,
      'config.json beside model.safetensors, or params.json beside consolidated.safetensors',
      names
        .filter((name) => /\.(json|safetensors)$/.test(name))
        .slice(0, 5)
        .join(', '),
    );
  }
  const found =
    pickled === undefined ? 'no weights' : `${pickled}, a format that can run code when it is read`;
  return unusable(repository, 'weights in safetensors', found);
}

function tooLarge(repository: Repository, { path, bytes }: HubFile): HubError {
  return unusable(repository, `${path} of at most ${MAX_SMALL_BYTES} bytes`, `${bytes} bytes`);
}

function withoutTokenizer({ name }: Repository): HubError {
  const expected = 'tokenizer.json or a SentencePiece model';
  const action = 'Choose a repository that holds the tokenizer too.';
  return new HubError('unusable', { source: name, expected, found: 'no tokenizer', action });
}

function unusable({ name }: Repository, expected: string, found: string): HubError {
  const action = 'Choose a repository with safetensors weights; conversions often carry -hf in their names.';
  return new HubError('unusable', { source: name, expected, found, action });
}
