import { mixerShapes, type ModelShape } from './model-shape.ts';

/** A Mamba-2 model: one recurrence a layer and nothing else. */
export interface Mamba2Config extends ModelShape {
  architecture: 'mamba2';
}

/** Where a layer's mixer stands. */
export const mixerName = (layer: number): string => `backbone.layers.${layer}.mixer`;

/** Name and shape of every tensor that a model of this shape has, in Hugging Face's names. */
export function mamba2Shapes(config: Mamba2Config): Map<string, readonly number[]> {
  const { hiddenSize, vocabularySize } = config;
  const shapes = new Map<string, readonly number[]>();
  shapes.set('backbone.embeddings.weight', [vocabularySize, hiddenSize]);
  for (let layer = 0; layer < config.layers; layer++) {
    shapes.set(`backbone.layers.${layer}.norm.weight`, [hiddenSize]);
    for (const [name, shape] of mixerShapes(config, mixerName(layer))) shapes.set(name, shape);
  }
  shapes.set('backbone.norm_f.weight', [hiddenSize]);
  if (!config.tiedHead) shapes.set('lm_head.weight', [vocabularySize, hiddenSize]);
  return shapes;
}
