import { GraphBuilder } from '../onnx/graph.ts';
import type { Manifest } from '../weights/manifest.ts';
import { convSize, innerSize, projectionSize } from '../weights/model-shape.ts';
import type { Attention } from './attention.ts';
import { positionsOf, scale, split } from './layers.ts';
import type { Mixer } from './mixer.ts';
import type { KeyLayout, ModelGraph, StateTensor } from './model-graph.ts';
import { IDS, LOG_POSITIONS, LOGIT_POSITIONS, LOGITS, NO_COPY, NO_KEYS, projection } from './model-graph.ts';
import { Recurrence } from './recurrence.ts';
import { GraphWeights } from './weights.ts';

/** What every architecture's graph begins and ends with, and the account of what its layers keep of a sequence. */
export class LanguageModel {
  readonly graph = new GraphBuilder();
  readonly weights: GraphWeights;
  private readonly state: StateTensor[] = [];
  private readonly recurrences: { layer: number; at: string }[] = [];
  private keys: KeyLayout = NO_KEYS;

  constructor(private readonly manifest: Manifest) {
    const { graph } = this;
    this.weights = new GraphWeights(graph, manifest);
    graph.input(IDS, 'int64', ['batch', 'tokens']);
    graph.input(LOGIT_POSITIONS, 'int64', ['positions']);
    graph.input(LOG_POSITIONS, 'int64', ['logged']);
    graph.node('SequenceConstruct', [LOGIT_POSITIONS], { outputs: [NO_COPY] });
    graph.sequenceOutput(NO_COPY, 'int64');
  }

  /** @returns [B, T, D] */
  embed(matrix: string): string {
    return this.weights.embedding(matrix, IDS);
  }

  /** x through a mixer, both [B, T, D]; its state is part of the model's. Of the last layer, [B, positions, D]. */
  mix(mixer: Mixer, x: string): string {
    this.state.push(...mixer.recurrence.state);
    this.recurrences.push({ layer: mixer.layer, at: mixer.at });
    return mixer.build(x, this.isLast(mixer.layer) ? this.select : undefined);
  }

  /** x through an attention layer, as in {@link mix}; its keys and values are kept. */
  attend(attention: Attention, x: string): string {
    const { kvHeads: heads, headDim } = attention.config;
    this.keys = { names: [...this.keys.names, ...attention.kept], heads, headDim };
    return attention.build(x, this.isLast(attention.layer) ? this.select : undefined);
  }

  /** The residual stream for what follows the mixer or attention of a layer: of the last one, [B, positions, D]. */
  residual(layer: number, x: string): string {
    return this.isLast(layer) ? this.select(x) : x;
  }

  /**
   * @param last the normed residual stream, [B, positions, D]
   * @param head the matrix of the head
   * @param logitScale of all logits
   */
  finish(last: string, head: string, logitScale = 1): ModelGraph {
    const { graph, manifest } = this;
    const { config } = manifest;
    this.weights.linear(head, scale(graph, last, logitScale), LOGITS);
    graph.output(LOGITS, 'float32', ['batch', 'positions', config.vocabularySize]);
    return {
      bytes: graph.toBytes(),
      replayBytes: this.replayGraph(),
      state: this.state,
      keys: this.keys,
      log: {
        projections: this.recurrences.map(({ layer }) => projection(layer)),
        projected: projectionSize(config),
        skipped: innerSize(config),
      },
      vocabularySize: config.vocabularySize,
    };
  }

  private isLast(layer: number): boolean {
    return layer === this.manifest.config.layers - 1;
  }

  /**
   * The positions that logits are wanted of, at most times none: what comes after the last layer's state is not computed of others. The
   * head costs as much as a layer or more.
   */
  private readonly select = (x: string): string => positionsOf(this.graph, x, LOGIT_POSITIONS);

  /** The recurrences alone, from what every layer's projection has given: no matrix of the model is read. */
  private replayGraph(): Uint8Array {
    const { manifest } = this;
    const { config } = manifest;
    const graph = new GraphBuilder();
    const weights = new GraphWeights(graph, manifest);
    const channels = convSize(config);
    graph.node('SequenceConstruct', [graph.integers(0)], { outputs: [NO_COPY] });
    graph.sequenceOutput(NO_COPY, 'int64');
    for (const { layer, at } of this.recurrences) {
      const shape = ['batch', 'tokens', channels + config.heads];
      const [xBC, dtRaw] = split(graph, graph.input(projection(layer), 'float32', shape), [
        channels,
        config.heads,
      ]);
      new Recurrence(graph, weights, config, layer, at).build(xBC, dtRaw);
    }
    return graph.toBytes();
  }
}
