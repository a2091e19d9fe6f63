import type { FileRange, GraphBuilder, NodeOptions } from '../onnx/graph.ts';
import { storedBytes, type Manifest, type StoredTensor } from '../weights/manifest.ts';

/** int8 activations: half the time of float activations at 4 bits, and the only fast path at 8 (measured, 2 cores). */
const ACCURACY_LEVEL = 4;
/** ONNX's number for the type. */
const FLOAT32 = 1;

type BlockTensor = StoredTensor & { encoding: 'blocks' };

/** Puts a package's tensors into a graph, in whichever encoding they are stored. */
export class GraphWeights {
  constructor(
    private readonly graph: GraphBuilder,
    private readonly manifest: Manifest,
  ) {}

  /** A float32 tensor as it is stored. */
  vector(name: string): string {
    const tensor = this.tensor(name);
    if (tensor.encoding !== 'float32') throw new Error(`${name} is quantized`);
    return this.float32(name, tensor);
  }

  /**
   * x [batch, tokens, columns] · weightᵀ [columns, rows] -> [batch, tokens, rows].
   * @param output the result's name, where it needs one
   */
  linear(name: string, x: string, output?: string): string {
    const tensor = this.tensor(name);
    const named: NodeOptions = {
      domain: 'com.microsoft',
      ...(output === undefined ? {} : { outputs: [output] }),
    };
    if (tensor.encoding === 'float32') {
      const inputs = [x, this.float32(name, tensor)];
      return this.graph.node('FusedMatMul', inputs, { ...named, attributes: { transB: 1 } });
    }
    const { bits, block } = tensor;
    const [rows, columns] = tensor.shape;
    const blocks = columns / block;
    const shape = [rows, blocks, (block * bits) / 8];
    const quants = this.graph.external(`${name}.blocks`, 'uint8', shape, this.quantRange(tensor));
    const inputs = [x, quants, this.scales(name, tensor), ...this.zeroPoints(name, tensor)];
    return this.graph.node('MatMulNBits', inputs, {
      ...named,
      attributes: { K: columns, N: rows, bits, block_size: block, accuracy_level: ACCURACY_LEVEL },
    });
  }

  /** Rows of a matrix, by ids [batch, tokens] -> [batch, tokens, columns]. */
  embedding(name: string, ids: string): string {
    const tensor = this.tensor(name);
    if (tensor.encoding === 'float32') return this.graph.node('Gather', [this.float32(name, tensor), ids]);
    const { bits, block } = tensor;
    const [rows, columns] = tensor.shape;
    // The same bytes as the head's where the head is tied, in the shape that this operator wants.
    const shape = [rows, (columns * bits) / 8];
    const quants = this.graph.external(`${name}.rows`, 'uint8', shape, this.quantRange(tensor));
    const inputs = [quants, ids, this.scales(name, tensor), ...this.zeroPoints(name, tensor)];
    return this.graph.node('GatherBlockQuantized', inputs, {
      domain: 'com.microsoft',
      attributes: { bits, block_size: block, gather_axis: 0, quantize_axis: 1 },
    });
  }

  private tensor(name: string): StoredTensor {
    const tensor = this.manifest.tensors[name];
    if (tensor === undefined) throw new Error(`the package was checked without ${name}`);
    return tensor;
  }

  private float32(name: string, tensor: StoredTensor): string {
    const range = this.range(tensor.offset, storedBytes(tensor).values);
    return this.graph.external(name, 'float32', tensor.shape, range);
  }

  /** In float32: the runtime's kernels take no other type beside activations in float32, and it folds the conversion as it loads. */
  private scales(name: string, tensor: BlockTensor): string {
    const shape = [tensor.shape[0], tensor.shape[1] / tensor.block] as const;
    const range = this.range(tensor.scalesOffset, storedBytes(tensor).scales);
    if (tensor.scales === undefined) return this.graph.external(`${name}.scales`, 'float32', shape, range);
    const half = this.graph.external(`${name}.scales`, 'float16', shape, range);
    return this.graph.node('Cast', [half], { attributes: { to: FLOAT32 } });
  }

  private zeroPoints(name: string, tensor: BlockTensor): string[] {
    if (tensor.zeroPointsOffset === undefined) return [];
    const [rows, columns] = tensor.shape;
    const range = this.range(tensor.zeroPointsOffset, storedBytes(tensor).zeroPoints);
    const shape = [rows, Math.ceil(columns / tensor.block / 2)];
    return [this.graph.external(`${name}.zero_points`, 'uint8', shape, range)];
  }

  private quantRange(tensor: BlockTensor): FileRange {
    return this.range(tensor.offset, storedBytes(tensor).values);
  }

  private range(offset: number, length: number): FileRange {
    return { file: this.manifest.weights.file, offset, length };
  }
}
