import type { Tokenizer } from '../../tokenizer/index.ts';
import { CurrentText } from './current-text.ts';
import { Evidence, MOST_ORDER } from './evidence.ts';
import type { Line } from './features.ts';
import { LineEncoder } from './line-encoder.ts';
import { ProjectIndex } from './project-index.ts';
import { TokenKinds } from './token-kinds.ts';

/** Memory of the index of other files: room for 8 MB of code. */
export const CACHE_BYTES = 44 * 2 ** 20;
/** Lines of a file that are tokenized before something else may be done: some 5 ms. */
const LINES_AT_ONCE = 300;

/** The text of the project that is written in: the document itself, and other files. */
export class LocalCache {
  readonly encoder: LineEncoder;
  readonly kinds: TokenKinds;
  private readonly project: ProjectIndex;
  private readonly current: CurrentText;
  private document = '';
  /** Tokens of the document before what is generated. */
  private start = 0;

  constructor(tokenizer: Tokenizer, budgetBytes = CACHE_BYTES) {
    this.encoder = new LineEncoder(tokenizer);
    this.kinds = new TokenKinds(tokenizer);
    this.project = new ProjectIndex(budgetBytes, tokenizer.vocabularySize);
    this.current = new CurrentText(this.encoder, tokenizer.vocabularySize);
  }

  /** Memory of the index in bytes, when it is full. */
  get bytes(): number {
    return this.project.bytes;
  }

  /** Takes in a file of the project, in place of what was known of it. */
  put(name: string, text: string): void {
    const parts = this.putting(name, text);
    while (parts.next().done !== true);
  }

  /** The same, in parts that take a few milliseconds each; nothing has changed until the last one. */
  *putting(name: string, text: string): Generator<undefined, void> {
    const ids: number[] = [];
    const lines = text.split(/\r\n?|\n/);
    for (const [at, line] of lines.entries()) {
      if (at > 0) ids.push(this.encoder.newline);
      for (const id of this.encoder.line(line)) ids.push(id);
      if (at % LINES_AT_ONCE === LINES_AT_ONCE - 1) yield;
    }
    this.project.put(name, ids);
  }

  remove(name: string): void {
    this.project.remove(name);
  }

  clear(): void {
    this.project.clear();
  }

  /** Texts begin to be generated at a place of a document. */
  begin(document: string, prefix: string, suffix: string): void {
    this.document = document;
    this.current.begin(prefix, suffix);
    this.start = this.current.size;
  }

  /** What is asked next is asked of the place after these tokens, generated since {@link begin}. */
  after(generated: readonly number[]): void {
    this.current.shorten(this.start);
    for (const id of generated) for (const part of this.encoder.partsOf(id)) this.current.push(part);
  }

  /** The line that is written in. Marks behind the cursor close what was opened before it. */
  line(): Line {
    const { head, rest } = this.current.line();
    return { before: head.at(-1), ...this.kinds.open([...head, ...rest]) };
  }

  /** How often tokens stand in the document. */
  get counts(): Uint16Array {
    return this.current.counts;
  }

  /** What the document and the project say of the next token. */
  evidence(isOneLine: boolean): { file: Evidence; project: Evidence } {
    const tail = this.current.tail(MOST_ORDER);
    const joined =
      (from: (at: number, count: number) => number[]) =>
      (at: number, id: number): number => {
        const whole = this.encoder.withNewline(id);
        return whole !== undefined && from(at, 2)[1] === this.encoder.newline ? whole : id;
      };
    const file = new Evidence(isOneLine ? undefined : joined((at, count) => this.current.from(at, count)));
    const project = new Evidence(isOneLine ? undefined : joined((at, count) => this.project.from(at, count)));
    this.current.find(tail, file);
    this.project.find(tail, this.document, project);
    return { file: file.finish(), project: project.finish() };
  }
}
