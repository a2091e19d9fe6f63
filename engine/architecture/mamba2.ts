import { GraphBuilder } from '../onnx/graph.ts';
import { convSize, innerSize, type Mamba2Config } from '../weights/mamba2-config.ts';
import type { Manifest } from '../weights/manifest.ts';
import type { ModelGraph, StateTensor } from './model-graph.ts';
import { IDS, LOGIT_POSITIONS, LOGITS, nextState, NO_COPY } from './model-graph.ts';
import { GraphWeights } from './weights.ts';

const MICROSOFT = 'com.microsoft' as const;
/** Slice's "to the end". */
const END = 2 ** 31 - 1;

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
    state.push(...mixer.state);
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
  const head = config.tiedHead ? 'backbone.embeddings.weight' : 'lm_head.weight';
  graph.node('Identity', [weights.linear(head, selected)], { outputs: [LOGITS] });
  graph.output(LOGITS, 'float32', ['batch', 'positions', config.vocabularySize]);
  return { bytes: graph.toBytes(), state, vocabularySize: config.vocabularySize };
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
  readonly state: readonly [ssm: StateTensor, conv: StateTensor];
  private readonly inner: number;
  private readonly convChannels: number;

  constructor(
    private readonly graph: GraphBuilder,
    private readonly weights: GraphWeights,
    private readonly config: Mamba2Config,
    private readonly layer: number,
  ) {
    this.inner = innerSize(config);
    this.convChannels = convSize(config);
    this.state = [
      // LinearAttention's layout: transposed against mamba_ssm's [H, P, N].
      { name: `ssm.${layer}`, shape: ['batch', config.heads, config.stateSize, config.headDim] },
      { name: `conv.${layer}`, shape: ['batch', config.convKernel - 1, this.convChannels] },
    ];
    for (const { name, shape } of this.state) {
      graph.input(name, 'float32', shape);
      graph.output(nextState(name), 'float32', shape);
    }
  }

  build(u: string): string {
    const { graph, config, inner } = this;
    const { heads, groups, stateSize } = config;
    // 2. z [B,T,H·P], xBC [B,T,H·P + 2·G·N], dt [B,T,H]
    const projected = this.weights.linear(this.name('in_proj.weight'), u);
    const [z, xBC, dtRaw] = this.split(projected, { z: inner, xBC: this.convChannels, dt: heads });
    // 3. x [B,T,H·P], B and C [B,T,G·N]
    const convolved = this.convolve(xBC);
    const [x, b, c] = this.split(convolved, { x: inner, B: groups * stateSize, C: groups * stateSize });
    // 4. dt and decay = A·dt, both [B,T,H]
    const { dt, decay } = this.timeStep(dtRaw);
    // 5. S = exp(decay)·S + (dt·x) ⊗ B, and S·C
    const scaled = this.perHead('Mul', x, dt);
    const [ssm] = this.state;
    const y = graph.node('LinearAttention', [c, b, scaled, ssm.name, decay], {
      domain: MICROSOFT,
      attributes: { q_num_heads: groups, kv_num_heads: heads, update_rule: 'gated', scale: { float: 1 } },
      outputs: [this.name('y'), nextState(ssm.name)],
    });
    // 6. + D·x, with D repeated over its head's channels once, when the model is loaded
    const d = graph.node('Reshape', [this.weights.vector(this.name('D')), graph.integers(heads, 1)]);
    const expanded = graph.node('Expand', [d, graph.integers(heads, config.headDim)]);
    const skip = graph.node('Mul', [x, graph.node('Reshape', [expanded, graph.integers(inner)])]);
    // 7. the gate before the norm
    const gated = graph.node('Mul', [graph.node('Add', [y, skip]), this.silu(z)]);
    // 8. the caller adds the residual
    return this.weights.linear(this.name('out_proj.weight'), this.groupedNorm(gated));
  }

  /** SiLU of a causal depthwise convolution over the K − 1 columns kept from before and this run's. */
  private convolve(xBC: string): string {
    const { graph, config } = this;
    const [, conv] = this.state;
    const past = config.convKernel - 1;
    const window = graph.node('Concat', [conv.name, xBC], { attributes: { axis: 1 } }); // [B, K−1+T, channels]
    graph.node('Slice', [window, graph.integers(-past), graph.integers(END), graph.integers(1)], {
      outputs: [nextState(conv.name)],
    });
    // Taps [K, 1, channels]: transposed and split once, when the model is loaded.
    const weight = this.weights.vector(this.name('conv1d.weight')); // [channels, 1, K]
    const taps = graph.node('Transpose', [weight], { attributes: { perm: [2, 1, 0] } });
    let sum = this.weights.vector(this.name('conv1d.bias'));
    for (let k = 0; k <= past; k++) {
      const tap = graph.node('Gather', [taps, graph.integers(k)]); // [1, 1, channels]
      const bounds = [graph.integers(k), graph.integers(k - past), graph.integers(1)];
      const shifted = k === past ? xBC : graph.node('Slice', [window, ...bounds]);
      sum = graph.node('Add', [graph.node('Mul', [shifted, tap]), sum]);
    }
    return this.silu(sum);
  }

  /** dt = clamp(softplus(raw + bias)) and decay = A·dt with A = −exp(A_log). */
  private timeStep(raw: string): { dt: string; decay: string } {
    const { graph } = this;
    const bias = this.weights.vector(this.name('dt_bias'));
    const a = graph.node('Neg', [graph.node('Exp', [this.weights.vector(this.name('A_log'))])]);
    const { min, max } = this.config.timeStepLimit;
    if (min === 0 && max === null) {
      // One operator for A·softplus(raw + bias), and dt from it: A is never zero.
      const decay = graph.node('LinearAttentionGate', [raw, bias, a], { domain: MICROSOFT });
      return { dt: graph.node('Mul', [decay, graph.node('Reciprocal', [a])]), decay };
    }
    const limit = (name: string, value: number): string =>
      graph.constant(name, 'float32', [], Float32Array.of(value));
    const softplus = graph.node('Softplus', [graph.node('Add', [raw, bias])]);
    const dt = graph.node('Clip', [softplus, limit('dt_min', min), max === null ? '' : limit('dt_max', max)]);
    return { dt, decay: graph.node('Mul', [dt, a]) };
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

  /** x [B,T,H·P] with one number a head, [B,T,H]. */
  private perHead(operator: string, x: string, factor: string): string {
    const { graph, inner } = this;
    const { heads, headDim } = this.config;
    const byHead = graph.node('Reshape', [x, graph.integers(0, 0, heads, headDim)]);
    const result = graph.node(operator, [byHead, graph.node('Unsqueeze', [factor, graph.integers(-1)])]);
    return graph.node('Reshape', [result, graph.integers(0, 0, inner)]);
  }

  private silu(x: string): string {
    return this.graph.node('QuickGelu', [x], { domain: MICROSOFT, attributes: { alpha: { float: 1 } } });
  }

  private split<K extends string>(value: string, sizes: Record<K, number>): [string, string, string] {
    const outputs = Object.keys(sizes).map((name) => this.name(name));
    const lengths = this.graph.integers(...Object.values<number>(sizes));
    this.graph.node('Split', [value, lengths], { attributes: { axis: -1 }, outputs });
    const [first = '', second = '', third = ''] = outputs;
    return [first, second, third];
  }

  private name(part: string): string {
    return `backbone.layers.${this.layer}.mixer.${part}`;
  }
}
