import { mixerShapes, type ModelShape } from './model-shape.ts';

/** A dense Granite 4.0-H model: Mamba-2 mixers, some attention layers among them, and an MLP after each. */
export interface GraniteHybridConfig extends ModelShape {
  architecture: 'granite-hybrid';
  attention: AttentionConfig;
  /** Width of the MLP between its two matrices. */
  mlpSize: number;
  multipliers: {
    /** Of the embedding. */
    embedding: number;
    /** Of every branch before it is added to the residual stream. */
    residual: number;
    /** Divisor of the logits. */
    logits: number;
    /** Of queries · keys, in place of 1/√dim. */
    attention: number;
  };
}

/** Grouped-query attention without position encoding. */
export interface AttentionConfig {
  /** Layers that are attention, ascending; all others are Mamba-2. */
  layers: readonly number[];
  /** Heads of queries. */
  heads: number;
  /** Heads of keys and values; consecutive heads of queries share one. */
  kvHeads: number;
  /** Channels a head. */
  headDim: number;
  /** Whether the four projections have a bias. */
  bias: boolean;
}

/** Where a layer's parts stand. */
export const layerName = (layer: number): string => `model.layers.${layer}`;

/** Name and shape of every tensor that a model of this shape has, in Hugging Face's names. */
export function graniteShapes(config: GraniteHybridConfig): Map<string, readonly number[]> {
  const { hiddenSize, vocabularySize, mlpSize, attention } = config;
  const shapes = new Map<string, readonly number[]>();
  shapes.set('model.embed_tokens.weight', [vocabularySize, hiddenSize]);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = layerName(layer);
    const mixer = attention.layers.includes(layer)
      ? attentionShapes(config, `${at}.self_attn`)
      : mixerShapes(config, `${at}.mamba`);
    shapes.set(`${at}.input_layernorm.weight`, [hiddenSize]);
    for (const [name, shape] of mixer) shapes.set(name, shape);
    shapes.set(`${at}.post_attention_layernorm.weight`, [hiddenSize]);
    // The gate's rows, then those that it multiplies.
    shapes.set(`${at}.shared_mlp.input_linear.weight`, [2 * mlpSize, hiddenSize]);
    shapes.set(`${at}.shared_mlp.output_linear.weight`, [hiddenSize, mlpSize]);
  }
  shapes.set('model.norm.weight', [hiddenSize]);
  if (!config.tiedHead) shapes.set('lm_head.weight', [vocabularySize, hiddenSize]);
  return shapes;
}

function attentionShapes(
  { hiddenSize, attention }: GraniteHybridConfig,
  at: string,
): [name: string, shape: readonly number[]][] {
  const [queries, keys] = [attention.heads * attention.headDim, attention.kvHeads * attention.headDim];
  const rows = { q_proj: queries, k_proj: keys, v_proj: keys, o_proj: hiddenSize };
  return Object.entries(rows).flatMap(([name, size]) => [
    [`${at}.${name}.weight`, [size, name === 'o_proj' ? queries : hiddenSize]],
    ...(attention.bias ? [[`${at}.${name}.bias`, [size]] as [string, number[]]] : []),
  ]);
}
