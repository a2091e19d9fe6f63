import type { GraphBuilder } from '../onnx/graph.ts';
import type { AttentionConfig } from '../weights/granite-config.ts';
import { LAST_TOKEN, nextState, TOTAL_TOKENS } from './model-graph.ts';
import type { GraphWeights } from './weights.ts';

/**
 * Grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245) without position encoding. GroupQueryAttention appends the keys
 * and values to memory that has room for more, in place, and reads no more of it than the sequence has: at 2,000 tokens it is as
 * fast as plain products with a softmax, which need the past without gaps in every run (0.3, 0.8 and 3.0 ms for 1, 16 and 128
 * tokens against 0.2, 0.5 and 2.9 at 12 heads of 64; 0.4, 1.2 and 7.1 against 0.3, 1.2 and 8.4 at 32).
 */
export class Attention {
  /** Names of what is kept of each token; each is [B, kvHeads, capacity, headDim]. */
  readonly kept: readonly [keys: string, values: string];

  constructor(
    private readonly graph: GraphBuilder,
    private readonly weights: GraphWeights,
    readonly config: AttentionConfig,
    readonly layer: number,
    private readonly at: string,
    /** Of queries · keys. */
    private readonly scale: number,
  ) {
    this.kept = [`key.${layer}`, `value.${layer}`];
    const shape = ['batch', config.kvHeads, 'capacity', config.headDim];
    for (const name of this.kept) {
      graph.input(name, 'float32', shape);
      graph.output(nextState(name), 'float32', shape);
    }
  }

  /**
   * From the normed residual stream to the branch that is added to it, both [B, T, D].
   * @param select of what attention gives, the positions to go on with
   */
  build(x: string, select = (positions: string): string => positions): string {
    const { graph, kept } = this;
    const { heads, kvHeads } = this.config;
    const [q, k, v] = ['q_proj', 'k_proj', 'v_proj'].map((name) => this.project(name, x));
    const inputs = [q ?? '', k ?? '', v ?? '', ...kept, LAST_TOKEN, TOTAL_TOKENS];
    const attended = graph.node('GroupQueryAttention', inputs, {
      domain: 'com.microsoft',
      attributes: { num_heads: heads, kv_num_heads: kvHeads, scale: { float: this.scale }, do_rotary: 0 },
      outputs: [`${this.at}.attended`, ...kept.map(nextState)],
    });
    return this.project('o_proj', select(attended));
  }

  private project(name: string, x: string): string {
    const product = this.weights.linear(`${this.at}.${name}.weight`, x);
    if (!this.config.bias) return product;
    return this.graph.node('Add', [product, this.weights.vector(`${this.at}.${name}.bias`)]);
  }
}
