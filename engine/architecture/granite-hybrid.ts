import { layerName, type GraniteHybridConfig } from '../weights/granite-config.ts';
import type { Manifest } from '../weights/manifest.ts';
import { Attention } from './attention.ts';
import { LanguageModel } from './language-model.ts';
import { addAndNorm, scale, silu, split } from './layers.ts';
import { Mixer } from './mixer.ts';
import { LAST_TOKEN, TOTAL_TOKENS, type ModelGraph } from './model-graph.ts';

/**
 * The ONNX graph of a dense Granite 4.0-H model (steps and order as in transformers' GraniteMoeHybrid): after each mixer, Mamba-2 or
 * attention, an MLP; every branch times the residual multiplier.
 *
 * The residual stream is kept divided by that multiplier, so that branches are added as they are: the norms, with their epsilon
 * divided by its square, give the same.
 */
export function buildGraniteHybrid(manifest: Manifest, config: GraniteHybridConfig): ModelGraph {
  const { multipliers, attention } = config;
  const epsilon = config.epsilon / multipliers.residual ** 2;
  const model = new LanguageModel(manifest);
  const { graph, weights } = model;
  if (attention.layers.length > 0) {
    graph.input(LAST_TOKEN, 'int32', ['batch']);
    graph.input(TOTAL_TOKENS, 'int32', []);
  }
  let residual = scale(
    graph,
    model.embed('model.embed_tokens.weight'),
    multipliers.embedding / multipliers.residual,
  ); // [B, T, D]
  let branch: string | undefined;
  const norm = (name: string): string => {
    const [normed, sum] = addAndNorm(graph, residual, branch, weights.vector(`${name}.weight`), epsilon);
    residual = sum;
    return normed;
  };
  for (let layer = 0; layer < config.layers; layer++) {
    const at = layerName(layer);
    const normed = norm(`${at}.input_layernorm`);
    residual = model.residual(layer, residual);
    branch = attention.layers.includes(layer)
      ? model.attend(
          new Attention(graph, weights, attention, layer, `${at}.self_attn`, multipliers.attention),
          normed,
        )
      : model.mix(new Mixer(graph, weights, config, layer, `${at}.mamba`), normed);
    branch = mlp(norm(`${at}.post_attention_layernorm`), `${at}.shared_mlp`);
  }
  const head = config.tiedHead ? 'model.embed_tokens.weight' : 'lm_head.weight';
  return model.finish(norm('model.norm'), head, 1 / multipliers.logits);

  /** SwiGLU: the first half of the product gates the second. */
  function mlp(x: string, at: string): string {
    const product = weights.linear(`${at}.input_linear.weight`, x); // [B, T, 2·mlpSize]
    const [gate, up] = split(graph, product, [config.mlpSize, config.mlpSize]);
    const gated = graph.node('Mul', [silu(graph, gate), up]);
    return weights.linear(`${at}.output_linear.weight`, gated);
  }
}
