import type { Manifest } from '../weights/manifest.ts';
import { buildGraniteHybrid } from './granite-hybrid.ts';
import { buildMamba2 } from './mamba2.ts';
import type { ModelGraph } from './model-graph.ts';

/** The ONNX graph of a package's model, whatever its architecture. */
export function buildModel(manifest: Manifest): ModelGraph {
  const { config } = manifest;
  return config.architecture === 'mamba2'
    ? buildMamba2(manifest, config)
    : buildGraniteHybrid(manifest, config);
}
