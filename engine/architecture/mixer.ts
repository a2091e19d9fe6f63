import type { GraphBuilder } from '../onnx/graph.ts';
import { convSize, innerSize, projectionSize, type ModelShape } from '../weights/model-shape.ts';
import { positionsOf, rmsNorm, silu, split } from './layers.ts';
import { LOG_POSITIONS, projection } from './model-graph.ts';
import { Recurrence } from './recurrence.ts';
import type { GraphWeights } from './weights.ts';

/**
 * One Mamba-2 mixer (Dao and Gu 2024, arXiv 2405.21060; steps and order as in mamba_ssm's Mamba2): from the normed residual stream
 * to the branch that is added to it. In the comments: B batch, T tokens, D hidden size, H heads, P channels a head, G groups,
 * N state dimension, K conv width.
 */
export class Mixer {
  readonly recurrence: Recurrence;
  private readonly inner: number;

  constructor(
    private readonly graph: GraphBuilder,
    private readonly weights: GraphWeights,
    private readonly config: ModelShape,
    readonly layer: number,
    /** Where its tensors stand in the package. */
    readonly at: string,
  ) {
    this.inner = innerSize(config);
    this.recurrence = new Recurrence(graph, weights, config, layer, at);
  }

  /** @param select of what is made from the recurrence, the positions to go on with */
  build(u: string, select = (positions: string): string => positions): string {
    const { graph, config, inner } = this;
    const { heads, headDim } = config;
    // 2. z [B,T,H·P], xBC [B,T,H·P + 2·G·N], dt [B,T,H]: the two that the recurrence reads are next to each other.
    const projected = this.weights.linear(this.name('in_proj.weight'), u);
    // An output is kept to the end of the run: of all tokens and layers it would take 0.6 GB for 128 tokens of Codestral Mamba.
    const logged = positionsOf(graph, projected, LOG_POSITIONS, projection(this.layer));
    graph.output(logged, 'float32', ['batch', 'logged', projectionSize(config)]);
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
    return this.weights.linear(this.name('out_proj.weight'), this.groupedNorm(select(gated)));
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
    return `${this.at}.${part}`;
  }
}
