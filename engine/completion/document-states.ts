import type { Prompt } from '../prompt/index.ts';
import type { ModelSession } from '../runtime/model-session.ts';
import type { CheckpointTree } from '../state/checkpoint-tree.ts';
import type { StateFiles } from '../state/state-files.ts';

/** A file is read where it saves at least so many tokens: 2 ms or more with the bundled model, as long as reading takes. */
const WORTH_READING_TOKENS = 32;

/** States by document: read from disk when one is opened, written there when it is left. */
export class DocumentStates {
  /** The newest prompt of each document, the last used last. */
  private readonly prompts = new Map<string, Prompt>();

  /** The end of the newest write; one at a time, since each holds a state. Never rejects. */
  private writing: Promise<void> = Promise.resolve();

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
  async begin(document: string, prompt: Prompt): Promise<void> {
    this.prompts.delete(document);
    this.prompts.set(document, prompt);
    const { ids } = prompt;
    const unknown = this.tree.cost(ids);
    if (this.files === undefined || unknown < WORTH_READING_TOKENS) return;
    const found = await this.files.find(ids, ids.length - unknown + WORTH_READING_TOKENS);
    if (found === undefined) return;
    const state = this.session.stateFrom(found.length, found.values);
    this.tree.put(ids.slice(0, found.length), document, { state });
    state.release();
  }

  /**
   * Takes the states at the end of the suffix and before the cursor, as far as they are known, to be written: the model may go on
   * meanwhile, and {@link written} says when they are.
   */
  async save(document: string): Promise<void> {
    const prompt = this.prompts.get(document);
    const { files } = this;
    if (files === undefined || prompt === undefined) return;
    for (const end of new Set([prompt.suffixEnd, prompt.prefixEnd - 1])) {
      // One token more: the tree leaves one to advance by.
      const found = this.tree.find(prompt.ids.slice(0, end + 1), document, false);
      if (found === undefined) continue;
      const from = found.state ?? this.session.initialState();
      const state = found.log.length > 0 ? await this.session.replay(from, found.log) : from;
      const ids = prompt.ids.slice(0, found.length);
      this.writing = this.writing.then(async () => {
        await files.put(ids, state.buffer.values);
        state.release();
      });
    }
  }

  /** When everything that was saved is on disk. */
  written(): Promise<void> {
    return this.writing;
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
