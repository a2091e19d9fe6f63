import type { Prompt } from '../prompt/index.ts';
import type { ModelSession } from '../runtime/model-session.ts';
import type { SequenceState } from '../runtime/sequence-state.ts';
import type { CheckpointTree, Use } from '../state/checkpoint-tree.ts';
import type { StateFiles } from '../state/state-files.ts';
import { restore } from './restore.ts';

/** A file is read where it saves at least so many tokens: 2 ms or more with the bundled model, as long as reading takes. */
const WORTH_READING_TOKENS = 32;

/** Most memory of states that wait to be written, but for two; more are not saved. */
const PENDING_BYTES = 64 * 2 ** 20;

/** States by document: read from disk when one is opened, written there when it is left. */
export class DocumentStates {
  /** The newest prompt of each document, the last used last. */
  private readonly prompts = new Map<string, Prompt>();

  /** The end of the newest write; one after the other. Never rejects. */
  private writing: Promise<void> = Promise.resolve();
  /** Memory of the states that wait to be written, which no budget counts. */
  private pendingBytes = 0;

  constructor(
    private readonly session: ModelSession,
    private readonly tree: CheckpointTree,
    private readonly files: StateFiles | undefined,
  ) {}

  /** Documents with a prompt, the last used first. */
  get used(): readonly string[] {
    return [...this.prompts.keys()].reverse();
  }

  /** A prompt is going to be advanced to: takes from disk what memory does not know of it. */
  async begin(prompt: Prompt, use: Use): Promise<void> {
    // What is warmed may never come to be, such as the text with a suggestion in it.
    if (!use.isWarming) {
      this.prompts.delete(use.document);
      this.prompts.set(use.document, prompt);
    }
    const { ids } = prompt;
    const unknown = this.tree.cost(ids);
    if (this.files === undefined || unknown < WORTH_READING_TOKENS) return;
    const found = await this.files.find(ids, ids.length - unknown + WORTH_READING_TOKENS);
    if (found === undefined) return;
    const state = this.session.stateFrom(found.length, found.values);
    this.tree.put(ids.slice(0, found.length), use, { state });
    state.release();
  }

  /**
   * Takes the states at the end of the suffix and before the cursor, as far as they are known, to be written: the model may go on
   * meanwhile, and {@link written} says when they are.
   */
  async save(document: string): Promise<void> {
    const { files } = this;
    const prompt = this.prompts.get(document);
    if (files === undefined || prompt === undefined) return;
    // A suffix that stands behind the cursor is void with the next key.
    const { suffixEnd, cursor } = prompt;
    for (const end of new Set(suffixEnd > cursor ? [cursor - 1] : [suffixEnd, cursor - 1])) {
      const bytes = this.session.bytesAfter(end);
      if (this.pendingBytes + bytes > Math.max(PENDING_BYTES, 2 * bytes)) return;
      // The same prompt has to have a token to advance by.
      const found = this.tree.look(prompt.ids.slice(0, end + 1), true);
      const state = await restore(this.session, found, () => false);
      if (state === undefined) continue;
      if (state.length < WORTH_READING_TOKENS) state.release();
      else this.write(files, prompt.ids.slice(0, state.length), state);
    }
  }

  /** When everything that was saved is on disk. */
  written(): Promise<void> {
    return this.writing;
  }

  private write(files: StateFiles, ids: readonly number[], state: SequenceState): void {
    const { session } = this;
    const bytes = session.bytesAfter(state.length);
    this.pendingBytes += bytes;
    this.writing = this.writing.then(async () => {
      try {
        await files.put(ids, session.valuesOf(state));
      } catch {
        // Too little memory for a copy: then it is not kept, as with a disk that is full.
      } finally {
        state.release();
        this.pendingBytes -= bytes;
      }
    });
  }

  drop(document: string): void {
    this.prompts.delete(document);
    this.tree.drop(document);
  }

  clear(): void {
    this.prompts.clear();
    this.tree.clear();
  }
}
