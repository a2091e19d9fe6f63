/** What declares a name once in its scope; of the first, methods of other classes may have the same name. */
const IN_CLASSES = ['def', 'fn', 'func'];
const DECLARES =
  /\b(function\*?|class|interface|enum|struct|trait|def|fn|func)\s+([\p{L}_$][\p{L}\p{N}_$]*)/u;
/** A declaration that others of the same name go with: an overload, which has no body. */
const OVERLOAD = /;\s*$/;

/**
 * A text up to the name of what is declared already beside it. What repeats the code around it proposes the same function again, and
 * nobody declares that twice.
 * @param prefix text before the cursor
 * @param suffix text after the cursor
 */
export function withoutRedeclaration(text: string, prefix: string, suffix: string): string {
  const head = prefix.slice(prefix.lastIndexOf('\n') + 1);
  let declared: Set<string> | undefined;
  let from = 0;
  for (const [at, line] of text.split('\n').entries()) {
    const whole = at === 0 ? head + line : line;
    const start = at === 0 ? head.length : 0;
    const name = declarationOf(whole);
    if (name !== undefined && name.end > start) {
      declared ??= declarations(`${prefix.slice(0, prefix.length - head.length)}\n${suffix}`);
      if (declared.has(name.key)) return text.slice(0, from + Math.max(0, name.start - start)).trimEnd();
    }
    from += line.length + 1;
  }
  return text;
}

function declarations(text: string): Set<string> {
  const keys = new Set<string>();
  for (const line of text.split('\n')) {
    const name = OVERLOAD.test(line) ? undefined : declarationOf(line);
    if (name !== undefined) keys.add(name.key);
  }
  return keys;
}

/** What a line declares: the same key for the same name at the same indentation. */
function declarationOf(line: string): { key: string; start: number; end: number } | undefined {
  const match = DECLARES.exec(line);
  const [, keyword = '', name = ''] = match ?? [];
  const indent = line.slice(0, line.length - line.trimStart().length);
  if (match === null || (indent !== '' && IN_CLASSES.includes(keyword))) return undefined;
  // Behind anything but modifiers it is a comment, a string, or an expression.
  if (/[^\p{L}\s]/u.test(line.slice(0, match.index))) return undefined;
  const end = match.index + match[0].length;
  return { key: `${indent}${keyword} ${name}`, start: end - name.length, end };
}
