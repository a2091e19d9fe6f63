import type { Tokenizer } from './tokenizer.ts';

/** Concatenates the bytes of `ids` and decodes them once, so that characters split over tokens come out whole. */
export function decodeBytes(bytes: Tokenizer['bytes'], ids: readonly number[]): string {
  const parts = ids.map(bytes);
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  // A byte order mark in the middle of a document is a character like any other.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(joined);
}
