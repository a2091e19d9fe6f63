import type { CompletionRequest } from './request.ts';

/**
 * What was typed since a request, if the newer one asks for what follows in every other respect; undefined if it asks for something
 * else. A bracket that the editor has closed by itself is something else.
 */
export function typedSince(older: CompletionRequest, newer: CompletionRequest): string | undefined {
  const { context: before, ...settings } = older;
  const { context: after, ...newerSettings } = newer;
  if (!after.prefix.startsWith(before.prefix) || after.suffix !== before.suffix) return undefined;
  if (after.path !== before.path || after.languageId !== before.languageId) return undefined;
  if (after.prefixOffset !== before.prefixOffset) return undefined;
  if (JSON.stringify(settings) !== JSON.stringify(newerSettings)) return undefined;
  return after.prefix.slice(before.prefix.length);
}

/** Whether a text that is still being generated may begin with what was typed. */
export function agrees(text: string, typed: string): boolean {
  return text.startsWith(typed) || typed.startsWith(text);
}
