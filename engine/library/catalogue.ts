/** How a model's prompt asks for the middle; `continuation` models only go on from the prefix. */
export type FimKind = 'mistral' | 'prefix-suffix-middle' | 'continuation';

/** A model that is known to work here, with the figures that say whether it works on a machine. */
export interface CatalogueModel {
  /** What it is called on the command line and on disk. */
  id: string;
  /** What a user reads. */
  title: string;
  /** Repository on the hub that the weights come from. */
  repository: string;
  /** Branch, tag or commit. */
  revision: string;
  /** Where the weights were first published, if they are read from a conversion to safetensors. */
  origin?: string;
  /** SPDX identifier. */
  licence: string;
  fim: FimKind;
  kind: 'base' | 'instruct';
  layout: 'hugging-face' | 'mistral';
  parameters: number;
  /** Those of the head, which keeps 8 bits where the others have 4; it may be the embedding too. */
  headParameters: number;
  /** Bytes of one sequence's recurrent state, float32. */
  stateBytes: number;
  /** Bytes of the safetensors files; what the hub lists counts once it was asked. */
  sourceBytes: number;
  /** Bits a weight of the projections in the package. */
  bits: 4 | 8;
}

const MIB = 2 ** 20;

/** IBM publishes each size as a base and an instruction-tuned model; both have the FIM tokens. */
function granite(
  size: string,
  parameters: number,
  headParameters: number,
  stateMib: number,
): CatalogueModel[] {
  return (['base', 'instruct'] as const).map((kind) => ({
    id: `granite-4.0-h-${size}${kind === 'base' ? '-base' : ''}`,
    title: `Granite 4.0-H ${size === 'micro' ? 'Micro (3B)' : size.toUpperCase()}${kind === 'base' ? ' Base' : ''}`,
    repository: `ibm-granite/granite-4.0-h-${size}${kind === 'base' ? '-base' : ''}`,
    revision: 'main',
    licence: 'Apache-2.0',
    fim: 'prefix-suffix-middle',
    kind,
    layout: 'hugging-face',
    parameters,
    headParameters,
    stateBytes: stateMib * MIB,
    sourceBytes: 2 * parameters,
    bits: 4,
  }));
}

/** The first Mamba-2 models hold pickled weights only; these are their conversions to Hugging Face's layout. */
function mamba2(size: string, layers: number, hiddenSize: number): CatalogueModel {
  const headParameters = 50_288 * hiddenSize;
  // d_inner = 2 · hidden, d_state 128, n_groups 1, head_dim 64, conv 4: mamba_ssm's defaults.
  const [inner, heads, channels] = [2 * hiddenSize, hiddenSize / 32, 2 * hiddenSize + 256];
  const projections = hiddenSize * (inner + channels + heads) + inner * hiddenSize;
  const layer = projections + 5 * channels + 3 * heads + inner + hiddenSize;
  const parameters = headParameters + layers * layer + hiddenSize;
  return {
    id: `mamba2-${size}`,
    title: `Mamba-2 ${size}`,
    repository: `AntonV/mamba2-${size}-hf`,
    revision: 'main',
    origin: `state-spaces/mamba2-${size}`,
    licence: 'Apache-2.0',
    fim: 'continuation',
    kind: 'base',
    layout: 'hugging-face',
    parameters,
    headParameters,
    stateBytes: 4 * layers * (128 * inner + 3 * channels),
    sourceBytes: 2 * parameters,
    bits: 4,
  };
}

/** Every model that can be chosen by name. */
export const CATALOGUE: readonly CatalogueModel[] = [
  {
    id: 'codestral-mamba-7b',
    title: 'Codestral Mamba 7B',
    repository: 'mistralai/Mamba-Codestral-7B-v0.1',
    revision: 'main',
    licence: 'Apache-2.0',
    fim: 'mistral',
    kind: 'instruct',
    layout: 'hugging-face',
    parameters: 7_285_403_648,
    headParameters: 32_768 * 4096,
    stateBytes: 263.5 * MIB,
    sourceBytes: 2 * 7_285_403_648,
    bits: 4,
  },
  ...granite('micro', 3_191_000_000, 100_352 * 2048, 73.8),
  ...granite('1b', 1_462_000_000, 100_352 * 1536, 55.4),
  ...granite('350m', 340_000_000, 100_352 * 768, 21.6),
  mamba2('2.7b', 64, 2560),
  mamba2('1.3b', 48, 2048),
  mamba2('780m', 48, 1536),
  mamba2('370m', 48, 1024),
  mamba2('130m', 24, 768),
];

/** The model of an id, of the repository that its weights come from, or of the one that they were first published in. */
export function findModel(name: string): CatalogueModel | undefined {
  const wanted = name.toLowerCase();
  return CATALOGUE.find(({ id, repository, origin }) =>
    [id, repository, origin].some((known) => known?.toLowerCase() === wanted),
  );
}
