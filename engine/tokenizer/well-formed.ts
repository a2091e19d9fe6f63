/** Replaces lone surrogates by U+FFFD, as UTF-8 encoders do. (`String.toWellFormed` is not in ES2023's library.) */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}
