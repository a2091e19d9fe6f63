import type { Engine } from '../index.ts';

export interface EngineOptions {
  /** Path of the bundled worker script. */
  worker: string;
  /** Folder of the checkpoint or model package. */
  model: string;
  /** Threads of one run; 0 lets the engine choose. */
  threads: number;
}

export function openEngine(options: EngineOptions): Promise<Engine> {
  return Promise.reject(new Error(options.model));
}
