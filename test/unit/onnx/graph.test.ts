import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphBuilder } from '../../../engine/onnx/graph.ts';
import '../../fixtures/private-runtime.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

/** Runs a graph with one float input `x` and one output `y`. */
async function run(graph: GraphBuilder, x: Tensor, folder = '.'): Promise<Tensor> {
  const session = await InferenceSession.create(graph.toBytes(), {
    logSeverityLevel: 3,
    extra: { session: { model_external_initializers_file_folder_path: folder } },
  });
  try {
    const { y } = await session.run({ x });
    assert.ok(y);
    return y;
  } finally {
    await session.release();
  }
}

describe('GraphBuilder', () => {
  const folder = temporaryFolder();
  const row = new Tensor('float32', Float32Array.of(1, -2, 3), [1, 3]);

  it('ONNX Runtime computes what a graph says, for any size of a named dimension', async () => {
    const graph = new GraphBuilder();
    graph.input('x', 'float32', ['rows', 3]);
    graph.output('y', 'float32', ['rows', 3]);
    const bias = graph.constant('bias', 'float32', [3], Float32Array.of(10, 20, 30));
    graph.node('Add', [graph.node('Neg', ['x']), bias], { outputs: ['y'] });
    assert.deepEqual([...((await run(graph, row)).data as Float32Array)], [9, 22, 27]);
    const two = new Tensor('float32', Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    assert.deepEqual((await run(graph, two)).dims, [2, 3]);
  });

  it('attributes of every kind reach the operator', async () => {
    const graph = new GraphBuilder();
    graph.input('x', 'float32', [1, 3]);
    graph.output('y', 'float32', [3, 1]);
    // float, then integers (negative ones too), then an integer and a string.
    const leaky = graph.node('LeakyRelu', ['x'], { attributes: { alpha: { float: 0.5 } } });
    const turned = graph.node('Transpose', [leaky], { attributes: { perm: [1, 0] } });
    const sizes = graph.integers(3, -1);
    const reshaped = graph.node('Reshape', [turned, sizes], { attributes: { allowzero: 0 } });
    const scattered = graph.node(
      'ScatterElements',
      [reshaped, graph.constant('at', 'int64', [1, 1], BigInt64Array.of(0n)), graph.node('Neg', ['one'])],
      { attributes: { axis: -2, reduction: 'add' } },
    );
    graph.constant('one', 'float32', [1, 1], Float32Array.of(1));
    graph.node('Identity', [scattered], { outputs: ['y'] });
    const y = await run(graph, row);
    assert.deepEqual(y.dims, [3, 1]);
    assert.deepEqual([...(y.data as Float32Array)], [0, -1, 3]);
  });

  it('reads constants from a range of a file', async () => {
    const file = Buffer.concat([Buffer.alloc(64, 255), Buffer.from(Float32Array.of(5, 6, 7).buffer)]);
    writeFileSync(join(folder, 'weights.bin'), file);
    const graph = new GraphBuilder();
    graph.input('x', 'float32', [1, 3]);
    graph.output('y', 'float32', [1, 3]);
    const range = { file: 'weights.bin', offset: 64, length: 12 };
    graph.node('Mul', ['x', graph.external('w', 'float32', [3], range)], { outputs: ['y'] });
    assert.deepEqual([...((await run(graph, row, folder)).data as Float32Array)], [5, -12, 21]);
  });

  it('what leaves the graph early is computed early, so that nothing is kept for it', async () => {
    const graph = new GraphBuilder();
    graph.input('x', 'float32', [1, 3]);
    let stage = 'x';
    for (const name of ['a', 'b', 'c']) {
      graph.node('Neg', [stage], { outputs: [`left.${name}`] });
      stage = graph.node('Sin', [stage], { outputs: [`stage.${name}`] });
      graph.output(`left.${name}`, 'float32', [1, 3]);
    }
    graph.node('Cos', [stage], { outputs: ['y'] });
    graph.output('y', 'float32', [1, 3]);
    const session = await InferenceSession.create(graph.toBytes(), {
      enableProfiling: true,
      profileFilePrefix: join(folder, 'profile'),
    });
    await session.run({ x: row });
    session.endProfiling();
    await session.release();
    const file = readdirSync(folder).find((name) => name.startsWith('profile')) ?? '';
    const events = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { name: string }[];
    const order = events.flatMap(({ name }) => /^(.*)_kernel_time$/.exec(name)?.[1] ?? []);
    assert.deepEqual(order.length, 7, order.join(' '));
    for (const name of ['a', 'b']) {
      assert.ok(order.indexOf(`left.${name}`) <= order.indexOf(`stage.${name}`) + 1, order.join(' '));
    }
  });

  it('leaves out outputs with an empty name, and takes operators of other domains', async () => {
    const graph = new GraphBuilder();
    graph.input('x', 'float32', [1, 3]);
    graph.output('y', 'float32', [1, 3]);
    const weight = graph.constant('weight', 'float32', [3], Float32Array.of(1, 1, 1));
    graph.node('SkipSimplifiedLayerNormalization', ['x', 'x', weight], {
      domain: 'com.microsoft',
      attributes: { epsilon: { float: 1e-5 } },
      outputs: ['normed', '', '', 'y'],
    });
    assert.deepEqual([...((await run(graph, row)).data as Float32Array)], [2, -4, 6]);
  });

  it('writes a constant once, however often it is used', () => {
    const graph = new GraphBuilder();
    const first = graph.integers(1, 2, 3);
    const { length } = graph.toBytes();
    assert.equal(graph.integers(1, 2, 3), first);
    assert.equal(graph.toBytes().length, length);
    assert.notEqual(graph.integers(1, 2), first);
    assert.ok(graph.toBytes().length > length);
  });
});
