import { TextDecoder } from 'node:util';
import type { Tokenizer } from '../tokenizer/index.ts';

/** Turns ids into text as they come. A character whose bytes lie in several tokens comes out with the last of them. */
export class TextStream {
  // A byte order mark is text like any other here.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(private readonly tokenizer: Pick<Tokenizer, 'bytes'>) {}

  /**
   * @returns the characters that `id` completes, often none for parts of an emoji. Bytes that can never become a character
   *   come out as U+FFFD. What is still incomplete when generation ends is dropped with the stream.
   */
  push(id: number): string {
    return this.#decoder.decode(this.tokenizer.bytes(id), { stream: true });
  }
}
