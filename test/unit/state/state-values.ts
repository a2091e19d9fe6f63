/** The values of a state that belongs to these tokens: nothing else than its own can be taken for it. */
export function valuesOf(ids: readonly number[], length: number): Float32Array {
  const seed = ids.reduce((sum, id) => (sum * 31 + id) % 1_000_003, ids.length);
  return Float32Array.from({ length }, (_, at) => seed + at / 7);
}

export const MODEL = 'ab'.repeat(32);
export const STATE_LENGTH = 50_000;
