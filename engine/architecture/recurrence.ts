import type { GraphBuilder } from '../onnx/graph.ts';
import { convSize, innerSize, type ModelShape } from '../weights/model-shape.ts';
import { silu, split } from './layers.ts';
import { nextState, type StateTensor } from './model-graph.ts';
import type { GraphWeights } from './weights.ts';

const MICROSOFT = 'com.microsoft' as const;
/** Slice's "to the end". */
const END = 2 ** 31 - 1;

/**
 * One layer's recurrence, which reads no large matrix: from the projection's xBC and dt to y, and from a state to the next.
 * Letters as in {@link import('./mixer.ts').Mixer}.
 */
export class Recurrence {
  readonly state: readonly [ssm: StateTensor, conv: StateTensor];
  private readonly inner: number;

  constructor(
    private readonly graph: GraphBuilder,
    private readonly weights: GraphWeights,
    private readonly config: ModelShape,
    layer: number,
    /** Where the mixer's tensors stand in the package. */
    private readonly at: string,
  ) {
    this.inner = innerSize(config);
    this.state = [
      // LinearAttention's layout: transposed against mamba_ssm's [H, P, N].
      { name: `ssm.${layer}`, shape: ['batch', config.heads, config.stateSize, config.headDim] },
      { name: `conv.${layer}`, shape: ['batch', config.convKernel - 1, convSize(config)] },
    ];
    for (const { name, shape } of this.state) {
      graph.input(name, 'float32', shape);
      graph.output(nextState(name), 'float32', shape);
    }
  }

  /**
   * @param xBC [B,T,H·P + 2·G·N], before the convolution
   * @param dtRaw [B,T,H], before the softplus
   * @returns both [B,T,H·P]; y is S·C without D·x
   */
  build(xBC: string, dtRaw: string): { x: string; y: string } {
    const { graph, inner } = this;
    const { heads, groups, stateSize } = this.config;
    // 3. x [B,T,H·P], B and C [B,T,G·N]
    const [x, b, c] = split(graph, this.convolve(xBC), [inner, groups * stateSize, groups * stateSize]);
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
    return { x, y };
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
    return silu(graph, sum);
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

  /** x [B,T,H·P] with one number a head, [B,T,H]. */
  private perHead(operator: string, x: string, factor: string): string {
    const { graph, inner } = this;
    const { heads, headDim } = this.config;
    const byHead = graph.node('Reshape', [x, graph.integers(0, 0, heads, headDim)]);
    const result = graph.node(operator, [byHead, graph.node('Unsqueeze', [factor, graph.integers(-1)])]);
    return graph.node('Reshape', [result, graph.integers(0, 0, inner)]);
  }

  private name(part: string): string {
    return `${this.at}.${part}`;
  }
}
