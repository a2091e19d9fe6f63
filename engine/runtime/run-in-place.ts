import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { NO_COPY } from '../architecture/model-graph.ts';

/** What onnxruntime-node 1.30 says of a first output that is no tensor, after the run and before it copies any output. */
const NO_TENSOR = 'Non tensor type is temporarily not supported';

/**
 * Runs a graph whose outputs all go to memory given in `fetches`, and copies none of them.
 *
 * onnxruntime-node 1.30 copies every output into a new ArrayBuffer after a run, also where the output was written to the
 * caller's own tensor: 28 ms for 64 MB here, where writing them took 2.5, and four times Codestral Mamba's state is
 * that much. It stops at an output that is no tensor. So the graph's first output is a sequence: when the binding refuses it, the
 * run is over and the tensors in `fetches` hold the results. Any other error is an error.
 */
export async function runInPlace(
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  fetches: Record<string, Tensor | null>,
): Promise<void> {
  try {
    await session.run(feeds, { [NO_COPY]: null, ...fetches });
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes(NO_TENSOR)) throw error;
  }
}
