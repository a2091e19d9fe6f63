import { Buffer } from 'node:buffer';
import type { Tokenizer } from '../../../engine/tokenizer/index.ts';

/** One token a UTF-8 byte, and the given markers from 256 on. Like SentencePiece it has a dummy prefix if it knows `<s>`. */
export function markedTokenizer(markers: string): Tokenizer {
  const names = markers.split(' ');
  const dummy = names.includes('<s>') ? ' ' : '';
  return {
    vocabularySize: 256 + names.length,
    encode: (text, options) =>
      text === '' ? [] : [...Buffer.from((options?.dummyPrefix === false ? '' : dummy) + text)],
    bytes: (id) => (id < 256 ? Uint8Array.of(id) : new Uint8Array(0)),
    decode: (ids) => Buffer.from(ids.filter((id) => id < 256)).toString(),
    special: (piece) => (names.includes(piece) ? 256 + names.indexOf(piece) : undefined),
  };
}

/** A prompt as it reads: markers by name, and `‹|` where the text itself has `<|`. */
export function picture(tokenizer: Tokenizer, ids: readonly number[]): string {
  const markers =
    '<|bos|> <|end|> <|path|> <|suffix|> <|prefix|> <|tail|> <|middle|> <s> </s> [SUFFIX] [PREFIX] [MIDDLE] <|fim_prefix|> <|fim_suffix|> <|fim_middle|> <|endoftext|> [INST] [/INST] <|start_of_role|> <|end_of_role|> <|end_of_text|>'.split(
      ' ',
    );
  let text = '';
  let run: number[] = [];
  const flush = (): void => {
    text += tokenizer.decode(run).replaceAll('<|', '‹|').replaceAll('|>', '|›');
    run = [];
  };
  for (const id of ids) {
    const marker = markers.find((name) => tokenizer.special(name) === id);
    if (marker === undefined) run.push(id);
    else {
      flush();
      text += marker;
    }
  }
  flush();
  return text;
}
