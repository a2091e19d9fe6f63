/** What every architecture here has; the letters are those of the Mamba-2 paper (Dao and Gu 2024, arXiv 2405.21060). */
export interface ModelShape {
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
export const innerSize = (shape: ModelShape): number => shape.heads * shape.headDim;

/** Channels of the convolution: x, B and C. */
export const convSize = (shape: ModelShape): number => innerSize(shape) + 2 * shape.groups * shape.stateSize;

/** Rows of in_proj: z, x, B, C, dt, in that order. */
export const projectionSize = (shape: ModelShape): number => innerSize(shape) + convSize(shape) + shape.heads;

/** Name and shape of every tensor of one Mamba-2 mixer. */
export function mixerShapes(shape: ModelShape, at: string): [name: string, shape: readonly number[]][] {
  const { hiddenSize, heads, convKernel } = shape;
  const inner = innerSize(shape);
  return [
    [`${at}.in_proj.weight`, [projectionSize(shape), hiddenSize]],
    [`${at}.conv1d.weight`, [convSize(shape), 1, convKernel]],
    [`${at}.conv1d.bias`, [convSize(shape)]],
    [`${at}.A_log`, [heads]],
    [`${at}.D`, [heads]],
    [`${at}.dt_bias`, [heads]],
    [`${at}.norm.weight`, [inner]],
    [`${at}.out_proj.weight`, [hiddenSize, inner]],
  ];
}
