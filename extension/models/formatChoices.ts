/** What of `vscode.Memento` is needed. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

const KEY = 'promptFormats';

/** The prompt formats that measuring has found for models, by the hashes of their weights; kept over all windows. */
export class FormatChoices {
  constructor(private readonly memory: Memory) {}

  get all(): Readonly<Record<string, string>> {
    const kept = this.memory.get(KEY);
    if (typeof kept !== 'object' || kept === null) return {};
    const entries = Object.entries(kept).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return Object.fromEntries(entries);
  }

  /** @param format undefined leaves it to the model's vocabulary again */
  async choose(modelHash: string, format: string | undefined): Promise<void> {
    const others = Object.entries(this.all).filter(([hash]) => hash !== modelHash);
    const chosen = format === undefined ? [] : [[modelHash, format]];
    await this.memory.update(KEY, Object.fromEntries([...others, ...chosen]));
  }
}
