import { ProtobufWriter } from './protobuf.ts';

// Field numbers and enum values of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
const IR_VERSION = 10;
const OPSET = 21;
const ELEMENT_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7, float16: 10 } as const;
const ATTRIBUTE_TYPES = { float: 1, integer: 2, string: 3, integers: 7 } as const;
const EXTERNAL = 1;

export type ElementType = keyof typeof ELEMENT_TYPES;

/** A dimension: a size, or a name for one that each run may choose. */
export type Dimension = number | string;

/** Integers are plain numbers; a float attribute is marked, since JavaScript cannot tell 1.0 from 1. */
export type Attribute = number | string | readonly number[] | { float: number };

/** A range of bytes of a file beside the model. */
export interface FileRange {
  file: string;
  /** In bytes. */
  offset: number;
  /** In bytes. */
  length: number;
}

export interface NodeOptions {
  attributes?: Record<string, Attribute>;
  /** Operator set; ONNX's own by default. */
  domain?: 'com.microsoft';
  /** The name of each output (one, unnamed, by default); an empty name leaves that output out. */
  outputs?: readonly string[];
}

interface Node {
  message: ProtobufWriter;
  outputs: readonly string[];
}

/** Builds an ONNX model: nodes in an order in which they can be executed, each value known by its name. */
export class GraphBuilder {
  private readonly nodes: Node[] = [];
  /** Names of what some node reads. */
  private readonly read = new Set<string>();
  private readonly initializers = new ProtobufWriter();
  private readonly inputs: ProtobufWriter[] = [];
  private readonly outputs: ProtobufWriter[] = [];
  private readonly constants = new Set<string>();
  private count = 0;

  input(name: string, type: ElementType, shape: readonly Dimension[]): string {
    this.inputs.push(valueInfo(name, tensorType(type, shape)));
    return name;
  }

  output(name: string, type: ElementType, shape: readonly Dimension[]): string {
    this.outputs.push(valueInfo(name, tensorType(type, shape)));
    return name;
  }

  /** An output that is a sequence of tensors. */
  sequenceOutput(name: string, type: ElementType): string {
    const elements = new ProtobufWriter().message(1, tensorType(type, undefined));
    this.outputs.push(valueInfo(name, new ProtobufWriter().message(4, elements)));
    return name;
  }

  /** Adds a node and returns its first output; unnamed outputs get a name of their own. */
  node(operator: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const outputs = options.outputs ?? [`${operator}_${this.count++}`];
    const node = new ProtobufWriter();
    for (const input of inputs) {
      node.string(1, input);
      this.read.add(input);
    }
    for (const output of outputs) node.string(2, output);
    node.string(3, outputs.find((output) => output !== '') ?? operator).string(4, operator);
    for (const [name, value] of Object.entries(options.attributes ?? {}))
      node.message(5, attribute(name, value));
    if (options.domain !== undefined) node.string(7, options.domain);
    this.nodes.push({ message: node, outputs });
    return outputs[0] ?? '';
  }

  /** A small constant, written once for each name. */
  constant(
    name: string,
    type: ElementType,
    shape: readonly number[],
    data: Float32Array | BigInt64Array,
  ): string {
    if (!this.constants.has(name)) {
      const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      this.initializers.message(5, tensor(name, type, shape).bytes(9, raw));
      this.constants.add(name);
    }
    return name;
  }

  /** An int64 vector such as a shape or Slice's bounds. */
  integers(...values: readonly number[]): string {
    return this.constant(
      `int64:${values.join(',')}`,
      'int64',
      [values.length],
      BigInt64Array.from(values, BigInt),
    );
  }

  /** A constant whose bytes stand in a file that ONNX Runtime maps into memory. */
  external(name: string, type: ElementType, shape: readonly number[], range: FileRange): string {
    if (!this.constants.has(name)) {
      const message = tensor(name, type, shape).integer(14, EXTERNAL);
      const entries = { location: range.file, offset: String(range.offset), length: String(range.length) };
      for (const [key, value] of Object.entries(entries)) {
        message.message(13, new ProtobufWriter().string(1, key).string(2, value));
      }
      this.initializers.message(5, message);
      this.constants.add(name);
    }
    return name;
  }

  /**
   * The model as bytes of an .onnx file.
   *
   * ONNX Runtime executes what the last node needs first, then what the one before it needs, and so on, of the nodes whose outputs no
   * other node reads. They stand at the end, the first one last: otherwise what leaves the graph early in a run, as the layers' states
   * do, would be made after all else, and until then all that it is made from would be kept, of every layer.
   */
  toBytes(): Uint8Array {
    const graph = new ProtobufWriter();
    const isLast = ({ outputs }: Node): boolean => !outputs.some((name) => this.read.has(name));
    for (const { message } of this.nodes.filter((node) => !isLast(node))) graph.message(1, message);
    for (const { message } of this.nodes.filter(isLast).reverse()) graph.message(1, message);
    graph.string(2, 'graph');
    for (const input of this.inputs) graph.message(11, input);
    for (const output of this.outputs) graph.message(12, output);
    const body = graph.toBytes();
    const initializers = this.initializers.toBytes();
    const whole = new Uint8Array(body.byteLength + initializers.byteLength);
    whole.set(body);
    whole.set(initializers, body.byteLength);
    return new ProtobufWriter()
      .integer(1, IR_VERSION)
      .bytes(7, whole)
      .message(8, new ProtobufWriter().string(1, '').integer(2, OPSET))
      .message(8, new ProtobufWriter().string(1, 'com.microsoft').integer(2, 1))
      .toBytes();
  }
}

function attribute(name: string, value: Attribute): ProtobufWriter {
  const message = new ProtobufWriter().string(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, ATTRIBUTE_TYPES.integer);
  if (typeof value === 'string') {
    return message.bytes(4, new TextEncoder().encode(value)).integer(20, ATTRIBUTE_TYPES.string);
  }
  if ('float' in value) return message.float(2, value.float).integer(20, ATTRIBUTE_TYPES.float);
  for (const item of value) message.integer(8, item);
  return message.integer(20, ATTRIBUTE_TYPES.integers);
}

function tensor(name: string, type: ElementType, shape: readonly number[]): ProtobufWriter {
  const message = new ProtobufWriter();
  for (const size of shape) message.integer(1, size);
  return message.integer(2, ELEMENT_TYPES[type]).string(8, name);
}

function valueInfo(name: string, type: ProtobufWriter): ProtobufWriter {
  return new ProtobufWriter().string(1, name).message(2, type);
}

function tensorType(type: ElementType, shape: readonly Dimension[] | undefined): ProtobufWriter {
  const message = new ProtobufWriter().integer(1, ELEMENT_TYPES[type]);
  if (shape !== undefined) {
    const dimensions = new ProtobufWriter();
    for (const size of shape) {
      const dimension = new ProtobufWriter();
      dimensions.message(
        1,
        typeof size === 'number' ? dimension.integer(1, size) : dimension.string(2, size),
      );
    }
    message.message(2, dimensions);
  }
  return new ProtobufWriter().message(1, message);
}
