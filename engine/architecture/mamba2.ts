import { mixerName, type Mamba2Config } from '../weights/mamba2-config.ts';
import type { Manifest } from '../weights/manifest.ts';
import { LanguageModel } from './language-model.ts';
import { addAndNorm } from './layers.ts';
import { Mixer } from './mixer.ts';
import type { ModelGraph } from './model-graph.ts';

/** The ONNX graph of a Mamba-2 language model; letters as in {@link Mixer}. */
export function buildMamba2(manifest: Manifest, config: Mamba2Config): ModelGraph {
  const model = new LanguageModel(manifest);
  const { graph, weights } = model;
  const { epsilon } = config;
  let residual = model.embed('backbone.embeddings.weight'); // [B, T, D]
  let branch: string | undefined;
  for (let layer = 0; layer < config.layers; layer++) {
    const mixer = new Mixer(graph, weights, config, layer, mixerName(layer));
    const norm = weights.vector(`backbone.layers.${layer}.norm.weight`);
    const [normed, sum] = addAndNorm(graph, residual, branch, norm, epsilon);
    residual = model.residual(layer, sum);
    branch = model.mix(mixer, normed);
  }
  const [last] = addAndNorm(graph, residual, branch, weights.vector('backbone.norm_f.weight'), epsilon);
  return model.finish(last, config.tiedHead ? 'backbone.embeddings.weight' : 'lm_head.weight');
}
