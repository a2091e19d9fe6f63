import { Documents } from '../../../engine/cli/replay/documents.ts';
import { contextOf } from '../../../engine/cli/replay/document.ts';
import type { TraceEvent } from '../../../engine/cli/replay/trace.ts';
import { unfinishedWord } from '../../../engine/decoding/index.ts';
import { buildPrompt, type CompletionContext, type FimFormat } from '../../../engine/prompt/index.ts';
import type { Tokenizer } from '../../../engine/tokenizer/index.ts';

/** One request of a session in the ways in which it can be put to llama.cpp, all of token ids. */
export interface PeerPrompt {
  /** As this engine asks its model when it knows nothing: suffix, prefix up to the word at the cursor, rest of the line, markers. */
  own: readonly number[];
  /** Suffix first, and nothing after the prefix: each keystroke only appends. The model was not trained so. */
  appending: readonly number[];
  /** What stands before and after the cursor. */
  prefix: readonly number[];
  suffix: readonly number[];
}

export interface Window {
  prefixTokens: number;
  suffixTokens: number;
}

/** @param source what errors call the trace */
export function peerPrompts(
  source: string,
  events: readonly TraceEvent[],
  window: Window,
  format: FimFormat,
  tokenizer: Tokenizer,
): PeerPrompt[] {
  const documents = new Documents(source);
  const prompts: PeerPrompt[] = [];
  for (const event of events) {
    const document = documents.apply(event);
    if (event.kind === 'request' && document !== undefined)
      prompts.push(peerPrompt(contextOf(document), window, format, tokenizer));
  }
  return prompts;
}

function peerPrompt(
  context: CompletionContext,
  window: Window,
  format: FimFormat,
  tokenizer: Tokenizer,
): PeerPrompt {
  const { prefix } = context;
  const whole = buildPrompt(context, window, format, tokenizer);
  const word = unfinishedWord(prefix).length;
  const cut = { ...context, prefix: prefix.slice(0, prefix.length - word) };
  const suffixStart = whole.ids.indexOf(tokenizer.special('<|suffix|>') ?? -1) + 1;
  // The rest of the line stands between its marker and the last one.
  const tail = whole.ids.slice(whole.prefixEnd + 1, -1);
  return {
    own: buildPrompt(cut, window, format, tokenizer).ids,
    appending: whole.ids.slice(0, whole.prefixEnd),
    prefix: whole.ids.slice(whole.prefixStart, whole.prefixEnd),
    suffix: [...tail, ...whole.ids.slice(suffixStart, whole.suffixEnd)],
  };
}
