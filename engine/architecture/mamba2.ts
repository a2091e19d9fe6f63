import { GraphBuilder } from '../onnx/graph.ts';
import { convSize, innerSize, projectionSize, type Mamba2Config } from '../weights/mamba2-config.ts';
import type { Manifest } from '../weights/manifest.ts';
import { Recurrence, silu, split } from './mamba2-recurrence.ts';
import type { ModelGraph, StateTensor } from './model-graph.ts';
import { IDS, LOGIT_POSITIONS, LOGITS, NO_COPY, projection } from './model-graph.ts';
import { GraphWeights } from './weights.ts';

const MICROSOFT = 'com.microsoft' as const;

/**
 * The ONNX graph of a Mamba-2 language model (Dao and Gu 2024, arXiv 2405.21060; steps and order as in mamba_ssm's Mamba2).
 * In the comments: B batch, T tokens, D hidden size, H heads, P channels a head, G groups, N state dimension, K conv width.
 */
export function buildMamba2(manifest: Manifest): ModelGraph {
  const { config } = manifest;
  const graph = new GraphBuilder();
  const weights = new GraphWeights(graph, manifest);
  graph.input(IDS, 'int64', ['batch', 'tokens']);
  graph.input(LOGIT_POSITIONS, 'int64', ['positions']);
  graph.node('SequenceConstruct', [LOGIT_POSITIONS], { outputs: [NO_COPY] });
  graph.sequenceOutput(NO_COPY, 'int64');

  let residual = weights.embedding('backbone.embeddings.weight', IDS); // [B, T, D]
  let branch: string | undefined;
  const state: StateTensor[] = [];
  for (let layer = 0; layer < config.layers; layer++) {
    const mixer = new Mixer(graph, weights, config, layer);
    const norm = weights.vector(`backbone.layers.${layer}.norm.weight`);
    const [normed, sum] = addAndNorm(graph, residual, branch, norm, config.epsilon);
    residual = sum;
    branch = mixer.build(normed);
    state.push(...mixer.recurrence.state);
  }
  const [last] = addAndNorm(
    graph,
    residual,
    branch,
    weights.vector('backbone.norm_f.weight'),
    config.epsilon,
  );
  // The head costs as much as a layer or more: only the positions asked for go through it, at most times none.
  const selected = graph.node('Gather', [last, LOGIT_POSITIONS], { attributes: { axis: 1 } });
  weights.linear(config.tiedHead ? 'backbone.embeddings.weight' : 'lm_head.weight', selected, LOGITS);
  graph.output(LOGITS, 'float32', ['batch', 'positions', config.vocabularySize]);
  return {
    bytes: graph.toBytes(),
    replayBytes: replayGraph(manifest),
    state,
    log: { layers: config.layers, projected: projectionSize(config), skipped: innerSize(config) },
    vocabularySize: config.vocabularySize,
  };
}

/** The recurrences alone, from what every layer's projection has given: no matrix of the model is read. */
function replayGraph(manifest: Manifest): Uint8Array {
  const { config } = manifest;
  const graph = new GraphBuilder();
  const weights = new GraphWeights(graph, manifest);
  const channels = convSize(config);
  graph.node('SequenceConstruct', [graph.integers(0)], { outputs: [NO_COPY] });
  graph.sequenceOutput(NO_COPY, 'int64');
  for (let layer = 0; layer < config.layers; layer++) {
    const log = graph.input(projection(layer), 'float32', ['batch', 'tokens', channels + config.heads]);
    const [xBC, dtRaw] = split(graph, log, [channels, config.heads]);
    new Recurrence(graph, weights, config, layer).build(xBC, dtRaw);
  }
  return graph.toBytes();
}

/** residual + branch and its RMS norm, in one operator; both [B, T, D]. */
function addAndNorm(
  graph: GraphBuilder,
  residual: string,
  branch: string | undefined,
  weight: string,
  epsilon: number,
): [normed: string, sum: string] {
  if (branch === undefined) return [rmsNorm(graph, residual, weight, epsilon), residual];
  const outputs = [`${weight}.normed`, '', '', `${weight}.sum`];
  graph.node('SkipSimplifiedLayerNormalization', [residual, branch, weight], {
    domain: MICROSOFT,
    attributes: { epsilon: { float: epsilon } },
    outputs,
  });
  return [`${weight}.normed`, `${weight}.sum`];
}

function rmsNorm(graph: GraphBuilder, x: string, weight: string, epsilon: number): string {
  const attributes = { axis: -1, epsilon: { float: epsilon }, stash_type: 1 };
  return graph.node('SimplifiedLayerNormalization', [x, weight], { attributes });
}

/** One layer's mixer: from the normed residual stream to the branch that is added to it. */
class Mixer {
  readonly recurrence: Recurrence;
  private readonly inner: number;

  constructor(
    private readonly graph: GraphBuilder,
    private readonly weights: GraphWeights,
    private readonly config: Mamba2Config,
    private readonly layer: number,
  ) {
    this.inner = innerSize(config);
    this.recurrence = new Recurrence(graph, weights, config, layer);
  }

  build(u: string): string {
    const { graph, config, inner } = this;
    const { heads, headDim } = config;
    // 2. z [B,T,H·P], xBC [B,T,H·P + 2·G·N], dt [B,T,H]: the two that the recurrence reads are next to each other.
    const projected = this.weights.linear(this.name('in_proj.weight'), u, projection(this.layer));
    graph.output(projected, 'float32', ['batch', 'tokens', projectionSize(config)]);
    const [z, xBC, dtRaw] = split(graph, projected, [inner, convSize(config), heads]);
    // 3. to 5.
    const { x, y } = this.recurrence.build(xBC, dtRaw);
    // 6. + D·x, with D repeated over its head's channels once, when the model is loaded
    const d = graph.node('Reshape', [this.weights.vector(this.name('D')), graph.integers(heads, 1)]);
    const expanded = graph.node('Expand', [d, graph.integers(heads, headDim)]);
    const skip = graph.node('Mul', [x, graph.node('Reshape', [expanded, graph.integers(inner)])]);
    // 7. the gate before the norm
    const gated = graph.node('Mul', [graph.node('Add', [y, skip]), silu(graph, z)]);
    // 8. the caller adds the residual
    return this.weights.linear(this.name('out_proj.weight'), this.groupedNorm(gated));
  }

  /** RMS norm over each group's channels by themselves. */
  private groupedNorm(y: string): string {
    const { graph, inner } = this;
    const { groups, epsilon } = this.config;
    const weight = this.weights.vector(this.name('norm.weight'));
    if (groups === 1) return rmsNorm(graph, y, weight, epsilon);
    const channels = inner / groups;
    const ones = graph.constant('ones', 'float32', [channels], new Float32Array(channels).fill(1));
    const grouped = graph.node('Reshape', [y, graph.integers(0, 0, groups, channels)]);
    const normed = graph.node('Reshape', [
      rmsNorm(graph, grouped, ones, epsilon),
      graph.integers(0, 0, inner),
    ]);
    return graph.node('Mul', [normed, weight]);
  }

  private name(part: string): string {
    return `backbone.layers.${this.layer}.mixer.${part}`;
  }
}
