/** Languages in which a colon at a line's end opens a block. */
const COLON = /^(?:python|yaml|gdscript|nim|)$/u;
/** Languages in which words open blocks. */
const WORDS = /^(?:ruby|lua|shellscript|elixir|julia|pascal|vb)$/u;
/** Languages with tags; JSX counts. */
const TAGS = /^(?:html|xml|vue|svelte|handlebars|javascriptreact|typescriptreact|php)$/u;

/** HTML's elements without content. */
const VOID_TAG = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/iu;

/** Whether a block, an argument list or a literal begins at the end of this line, so that more lines are expected. */
export function opensBlock(line: string, languageId: string): boolean {
  const code = line.replace(/\s(?:\/\/|#\s).*$/u, '').trimEnd();
  if (/(?:[([{]|=>)$/u.test(code)) return true;
  if (/^\s*(?:case\b.*|default\s*):$/u.test(code)) return true;
  if (COLON.test(languageId) && code.endsWith(':')) return true;
  if (
    WORDS.test(languageId) &&
    /\b(?:then|do|else|begin|repeat)$|^\s*(?:def|class|module|function)\b/u.test(code)
  )
    return true;
  const tag = TAGS.test(languageId) ? /<([A-Za-z][\w.:-]*)(?:\s[^<>]*)?>$/u.exec(code) : null;
  return tag !== null && !tag[0].endsWith('/>') && !VOID_TAG.test(tag[1] ?? '');
}

/** A line that ends a block: a closing bracket, a closing tag, `end` and the like. */
export function closesBlock(line: string): boolean {
  return /^\s*(?:[)\]}]|<\/|(?:end|fi|done|esac)\b)/u.test(line);
}
