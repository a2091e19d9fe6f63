/** A declaration at the left margin with nothing before it but modifiers; of what follows the name, so much that the name is its own. */
const DECLARES =
  /^(?:(?:export|default|declare|abstract|async|public|private|internal|static|final|open|sealed|data|pub(?:\([^)]*\))?) +)*(?:function\*?|class|interface|struct|trait|def|fn|func) +([\p{L}_$][\p{L}\p{N}_$]*)(?= *(?:[<({]|:?$)| +(?:extends|implements|where)\b)/u;
/** The name of what may be there several times. */
const OF_MANY = /^(?:_|init|main)$/;
/** A body follows; without one, a declaration is an overload, or its end is in another line. */
const HAS_BODY = /(?:\{|[^:]:)\s*$|\{.*\}\s*$/;
/** Belongs to the next line, and may make it one of several. */
const ATTRIBUTE = /^(?:@|#\[)/;

/**
 * A text without the declaration, at the left margin, of what is declared there already. What repeats the code around it proposes the
 * same function again, and nobody declares that twice. A declaration that has been begun at the cursor goes on up to its name.
 * @param prefix text before the cursor, with LF line ends
 * @param suffix text after the cursor
 */
export function withoutRedeclaration(text: string, prefix: string, suffix: string): string {
  const head = prefix.slice(prefix.lastIndexOf('\n') + 1);
  let declared: Set<string> | undefined;
  let from = 0;
  for (const [at, line] of text.split('\n').entries()) {
    const start = at === 0 ? head.length : 0;
    const match = DECLARES.exec(at === 0 ? head + line : line);
    const [whole = '', name = ''] = match ?? [];
    if (whole.length > start) {
      declared ??= declaredIn(`${prefix.slice(0, prefix.length - head.length)}\n${suffix}`);
      if (declared.has(name)) {
        const end = from + Math.max(0, whole.length - name.length - start);
        return text.slice(0, start === 0 ? from : end).trimEnd();
      }
    }
    from += line.length + 1;
  }
  return text;
}

/** What has a body and no attribute. */
function declaredIn(text: string): Set<string> {
  const names = new Set<string>();
  let before = '';
  for (const line of text.split('\n')) {
    const name = HAS_BODY.test(line) && !ATTRIBUTE.test(before) ? DECLARES.exec(line)?.[1] : undefined;
    if (name !== undefined && !OF_MANY.test(name)) names.add(name);
    before = line;
  }
  return names;
}
