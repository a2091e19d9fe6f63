/** A literal where an expression begins: a slash behind a value divides. */
const LITERAL =
  /(?<=^|[=(,:[!&|?{};+*%~^]|\b(?:return|typeof|case|in|of|await|yield))[ \t]*\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\//gm;

/** Whether a text has what may be a regular expression with brackets or quotes, which nobody can count without its grammar. */
export function hasTellingRegularExpression(text: string): boolean {
  return [...text.matchAll(LITERAL)].some(([literal]) => /[()[\]{}"'`]/.test(literal));
}
