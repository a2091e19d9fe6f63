import { graniteShapes, type GraniteHybridConfig } from './granite-config.ts';
import { mamba2Shapes, type Mamba2Config } from './mamba2-config.ts';

/** The shape of a model of any supported architecture. */
export type ModelConfig = Mamba2Config | GraniteHybridConfig;

/** Name and shape of every tensor that a model of this shape has, in Hugging Face's names. */
export function tensorShapes(config: ModelConfig): Map<string, readonly number[]> {
  return config.architecture === 'mamba2' ? mamba2Shapes(config) : graniteShapes(config);
}
