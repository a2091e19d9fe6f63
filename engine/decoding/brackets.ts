/** What a scan has open: brackets in order, and the string or comment that it ends in. */
export interface Scan {
  /** Closing brackets that are owed, outermost first. */
  owed: string;
  /** What ends the string or comment at the end of the text, or empty: `"`, `'`, a backtick, three quotes, or a comment's end. */
  inside: string;
  /** Index of the first closing bracket that closes nothing, or -1. */
  unmatched: number;
  /** Index of the quote that ends the string in which the scan began, or -1. */
  quoteEnd: number;
}

const CLOSERS = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

/** Languages in which `#` begins a comment. Elsewhere it is a private field, a preprocessor line or a colour. */
const HASH_COMMENTS =
  /^(?:python|ruby|shellscript|perl|r|yaml|toml|makefile|dockerfile|elixir|julia|powershell|coffeescript)$/u;
/** Languages in which `//` is not a comment. */
const NO_SLASH_COMMENTS = /^(?:python|ruby|shellscript|perl|r|yaml|toml|html|xml|css|sql|lua|markdown)$/u;
/** Languages whose text has apostrophes: there quotes mean nothing to the balance of brackets. */
const PROSE = /^(?:html|xml|markdown|plaintext|latex|vue|svelte)$/u;

/**
 * Which brackets a text leaves open, passing over strings and comments. It knows no grammar: regular expressions, heredocs
 * and template holes are taken as they look, which is right often enough to end a line or block.
 *
 * @param from what an earlier scan left open
 */
export function scanBrackets(
  text: string,
  languageId = '',
  from: Pick<Scan, 'owed' | 'inside'> = { owed: '', inside: '' },
): Scan {
  const hash = HASH_COMMENTS.test(languageId);
  const slash = !NO_SLASH_COMMENTS.test(languageId);
  const quotes = !PROSE.test(languageId);
  const triple = languageId === 'python' || languageId === '';
  let { owed, inside } = from;
  let unmatched = -1;
  let quoteEnd = -1;
  let inherited = inside !== '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (inside !== '') {
      if (text.startsWith(inside, at)) {
        if (inherited && quoteEnd < 0) quoteEnd = at;
        at += inside.length - 1;
        inside = '';
      } else if (character === '\\' && inside !== '\n' && inside !== '*/' && inside !== '-->') at++;
      // A string that is not closed on its line was no string: an apostrophe, a lifetime.
      else if (character === '\n' && (inside === '"' || inside === "'")) inside = '';
      if (inside === '') inherited = false;
      continue;
    }
    const closer = CLOSERS.get(character);
    if (closer !== undefined) owed += closer;
    else if (character === ')' || character === ']' || character === '}') {
      if (owed.endsWith(character)) owed = owed.slice(0, -1);
      else if (unmatched < 0) unmatched = at;
    } else if (hash && character === '#') inside = '\n';
    else if (slash && text.startsWith('//', at) && text.charAt(at - 1) !== ':') inside = '\n';
    else if (slash && text.startsWith('/*', at)) inside = '*/';
    else if (text.startsWith('<!--', at)) inside = '-->';
    else if (quotes && (character === '"' || character === "'" || character === '`')) {
      if (character === "'" && isNoQuote(text, at, languageId)) continue;
      const three = character.repeat(3);
      inside = triple && character !== '`' && text.startsWith(three, at) ? three : character;
      at += inside.length - 1;
    }
  }
  return { owed, inside, unmatched, quoteEnd };
}

/** An apostrophe in a word, a digit separator (1'000), or one of Rust's lifetimes; `b'x'` and `r'x'` are strings. */
function isNoQuote(text: string, at: number, languageId: string): boolean {
  if (languageId === 'rust' && /^'[a-z_]\w*(?![\w'])/u.test(text.slice(at, at + 40))) return true;
  return (
    /\w/u.test(text.charAt(at - 1)) && !/(?:^|\W)[bfruBFRUL]{1,2}$/u.test(text.slice(Math.max(0, at - 3), at))
  );
}
