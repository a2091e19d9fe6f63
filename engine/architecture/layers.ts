import type { GraphBuilder } from '../onnx/graph.ts';

const MICROSOFT = 'com.microsoft' as const;

export function silu(graph: GraphBuilder, x: string): string {
  return graph.node('QuickGelu', [x], { domain: MICROSOFT, attributes: { alpha: { float: 1 } } });
}

/** Cuts the last dimension into parts of these sizes. */
export function split<const S extends readonly number[]>(
  graph: GraphBuilder,
  value: string,
  sizes: S,
): { [K in keyof S]: string } {
  const outputs = sizes.map((_, index) => `${value}.part${index}`);
  graph.node('Split', [value, graph.integers(...sizes)], { attributes: { axis: -1 }, outputs });
  return outputs as { [K in keyof S]: string };
}

/** x times a number. */
export function scale(graph: GraphBuilder, x: string, by: number): string {
  if (by === 1) return x;
  return graph.node('Mul', [x, graph.constant(`float32:${by}`, 'float32', [], Float32Array.of(by))]);
}

export function rmsNorm(graph: GraphBuilder, x: string, weight: string, epsilon: number): string {
  const attributes = { axis: -1, epsilon: { float: epsilon }, stash_type: 1 };
  return graph.node('SimplifiedLayerNormalization', [x, weight], { attributes });
}

/** residual + branch and its RMS norm, in one operator; both [B, T, D]. */
export function addAndNorm(
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

/** The rows [B, positions, …] of [B, T, …]. @param output a name for it */
export function positionsOf(graph: GraphBuilder, x: string, positions: string, output?: string): string {
  return graph.node('Gather', [x, positions], {
    attributes: { axis: 1 },
    ...(output === undefined ? {} : { outputs: [output] }),
  });
}
