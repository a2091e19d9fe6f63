/** The nearest index at or after `at` that does not split a surrogate pair. */
export function characterAt(text: string, at: number): number {
  const inside = at > 0 && at < text.length && isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1));
  return inside ? at + 1 : at;
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;
