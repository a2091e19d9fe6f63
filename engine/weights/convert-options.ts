import type { OnProgress } from './progress.ts';
import type { Precision } from './recipe.ts';

/** What to convert to what, and how. */
export interface ConvertOptions extends Precision {
  /** Folder of the checkpoint. */
  source: string;
  /** Folder of the model package to make; it may not exist. Beside it stands `<name>.incomplete` until it does. */
  destination: string;
  /** What the package calls itself; the source folder's name by default. */
  name?: string | undefined;
  /** A tokenizer's file to put beside the weights; without one the package gives logits, and no text. */
  tokenizer?: string | undefined;
  /** sha256 of the source's files by name, where they are known; those of the others are computed on the way. */
  sourceHashes?: Readonly<Record<string, string>> | undefined;
  /** Deletes each of the source's files that hold tensors as soon as all of it is converted and on the disk. */
  deleteSource?: boolean | undefined;
  /** Called at the start and for each strip that was read. */
  onProgress?: OnProgress | undefined;
  /** Called if what an interrupted conversion left is of no use, and why, before it begins anew. */
  onRestart?: ((reason: string) => void) | undefined;
  /** Stops within one strip; what was done is kept for the next call. */
  signal?: AbortSignal | undefined;
}
