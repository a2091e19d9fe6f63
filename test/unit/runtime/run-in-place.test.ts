import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphBuilder } from '../../../engine/onnx/graph.ts';
import { NO_COPY } from '../../../engine/architecture/model-graph.ts';
import { openModel } from '../../../engine/runtime/open-model.ts';
import { runInPlace } from '../../../engine/runtime/run-in-place.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';

describe('runInPlace', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mamba-in-place-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('allocates nothing of the size of the state', async () => {
    writeRandomCheckpoint(folder, randomConfig({ heads: 16, headDim: 64, stateSize: 128 }));
    const { session } = await openModel(folder, { threads: 1 });
    assert.ok(session.stateBytes > 1_000_000);
    let { state } = await session.advance(session.initialState(), [1], 'none');
    const before = process.memoryUsage().arrayBuffers;
    for (let run = 0; run < 20; run++) ({ state } = await session.advance(state, [run], 'none'));
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(
      grown < session.stateBytes,
      `${grown} bytes after 20 runs with a state of ${session.stateBytes}`,
    );
    state.release();
    await session.close();
  });

  it('writes the outputs, and lets every other error out', async () => {
    const graph = new GraphBuilder();
    graph.input('x', 'float32', [2]);
    graph.node('SequenceConstruct', ['x'], { outputs: [NO_COPY] });
    graph.sequenceOutput(NO_COPY, 'float32');
    graph.node('Neg', ['x'], { outputs: ['y'] });
    graph.output('y', 'float32', [2]);
    const session = await InferenceSession.create(graph.toBytes(), { logSeverityLevel: 4 });
    const y = Float32Array.of(0, 0);
    const fetches = { y: new Tensor('float32', y, [2]) };
    await runInPlace(session, { x: new Tensor('float32', [1, -2], [2]) }, fetches);
    assert.deepEqual([...y], [-1, 2]);
    await assert.rejects(runInPlace(session, { x: new Tensor('float32', [1], [1]) }, fetches), /dimension/i);
    await assert.rejects(runInPlace(session, {}, fetches), /'x' is missing/);
    await session.release();
  });
});
