/** A Mamba-2 model's shape; the letters are those of the paper (Dao and Gu 2024, arXiv 2405.21060). */
export interface Mamba2Config {
  architecture: 'mamba2';
  /** Width of the residual stream (D). */
  hiddenSize: number;
  layers: number;
  /** Heads of the recurrence (H). */
  heads: number;
  /** Channels a head (P). */
  headDim: number;
  /** Groups that share B and C (G); consecutive heads share one. */
  groups: number;
  /** State dimension (N). */
  stateSize: number;
  /** Width of the causal convolution; its state holds one column less. */
  convKernel: number;
  /** Rows of the embedding, padding included. */
  vocabularySize: number;
  /** Added to the mean square in every RMS norm. */
  epsilon: number;
  /** Limits of dt after softplus; `max` is null where there is none. */
  timeStepLimit: { min: number; max: number | null };
  /** Whether the head is the embedding. */
  tiedHead: boolean;
  /** Token at which a sequence begins, and token that ends one, where the model says so. */
  bosTokenId: number | null;
  eosTokenId: number | null;
}

/** Channels of the recurrence, H·P. */
export const innerSize = (config: Mamba2Config): number => config.heads * config.headDim;

/** Channels of the convolution: x, B and C. */
export const convSize = (config: Mamba2Config): number =>
  innerSize(config) + 2 * config.groups * config.stateSize;

/** Rows of in_proj: z, x, B, C, dt, in that order. */
export const projectionSize = (config: Mamba2Config): number =>
  innerSize(config) + convSize(config) + config.heads;

/** Name and shape of every tensor that a model of this shape has, in Hugging Face's names. */
export function tensorShapes(config: Mamba2Config): Map<string, readonly number[]> {
  const { hiddenSize, vocabularySize, heads } = config;
  const inner = innerSize(config);
  const shapes = new Map<string, readonly number[]>();
  shapes.set('backbone.embeddings.weight', [vocabularySize, hiddenSize]);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `backbone.layers.${layer}`;
    shapes.set(`${at}.norm.weight`, [hiddenSize]);
    shapes.set(`${at}.mixer.in_proj.weight`, [projectionSize(config), hiddenSize]);
    shapes.set(`${at}.mixer.conv1d.weight`, [convSize(config), 1, config.convKernel]);
    shapes.set(`${at}.mixer.conv1d.bias`, [convSize(config)]);
    for (const name of ['A_log', 'D', 'dt_bias']) shapes.set(`${at}.mixer.${name}`, [heads]);
    shapes.set(`${at}.mixer.norm.weight`, [inner]);
    shapes.set(`${at}.mixer.out_proj.weight`, [hiddenSize, inner]);
  }
  shapes.set('backbone.norm_f.weight', [hiddenSize]);
  if (!config.tiedHead) shapes.set('lm_head.weight', [vocabularySize, hiddenSize]);
  return shapes;
}
