import { scanBrackets, type CompletionContext, type Scan } from '../../../engine/index.ts';
import { closers } from './closers.ts';
import type { Filter } from './filter.ts';
import { hasTellingRegularExpression } from './regularExpression.ts';

/** Characters looked at on either side of the cursor: at most 1 ms of scanning, and more than most functions have. */
const NEAR_CHARACTERS = 4096;

/** More open brackets than anybody writes; each costs a look at what is below. */
const MOST_OPEN = 32;

type Open = Pick<Scan, 'owed' | 'inside'>;

/**
 * Where everything that is open at the cursor is closed below it, a closing bracket that closes nothing of the suggestion's
 * own is one too many: it is cut off with all after it. Where the text near the cursor does not tell, nothing is cut.
 */
export const surplusBrackets: Filter = ({ text, replaces }, context) => {
  const kept = { text, replaces };
  if (!/[)\]}]/.test(text)) return kept;
  const { languageId } = context;
  const near = nearCursor(context);
  const { owed, inside } = scanBrackets(near.above, languageId);
  // What the replaced characters closed, the suggestion may close.
  const left = scanBrackets(context.suffix.slice(0, replaces), languageId, { owed, inside }).owed;
  if (!owed.startsWith(left)) return kept;
  const surplus = surplusAt(text, languageId, { owed: owed.slice(left.length), inside });
  if (surplus === undefined || !isBalanced(near, languageId)) return kept;
  if (hasTellingRegularExpression(near.above + text + near.below)) return kept;
  // A bracket on a line of its own takes its line with it.
  return { text: text.slice(0, surplus).replace(/\n[ \t]*$/, ''), replaces };
};

/** Index of the first closing bracket that closes neither what the text opened nor what was open before it. */
function surplusAt(text: string, languageId: string, open: Open): number | undefined {
  const { unmatched } = scanBrackets(text, languageId, open);
  if (unmatched < 0) return undefined;
  const newline = text.indexOf('\n', unmatched);
  const lineEnd = newline < 0 ? text.length : newline;
  // `} else {` closes one block and opens the next, which what stands below the cursor closes.
  if (!/[{([]\s*$/.test(text.slice(unmatched, lineEnd))) return unmatched;
  const further = surplusAt(text.slice(lineEnd), languageId, { owed: '', inside: '' });
  return further === undefined ? undefined : lineEnd + further;
}

interface Near {
  above: string;
  below: string;
  /** Whether that is the whole document. */
  isWhole: boolean;
}

function nearCursor({ prefix, suffix, prefixOffset }: CompletionContext): Near {
  const isWhole = prefixOffset === 0 && prefix.length <= NEAR_CHARACTERS && suffix.length <= NEAR_CHARACTERS;
  return { above: prefix.slice(-NEAR_CHARACTERS), below: suffix.slice(0, NEAR_CHARACTERS), isWhole };
}

/** Whether what is open at the cursor is closed below it, and nothing else as far as one sees the whole. */
function isBalanced({ above, below, isWhole }: Near, languageId: string): boolean {
  if (isWhole) {
    const { owed, inside, unmatched } = scanBrackets(above + below, languageId);
    return owed === '' && unmatched < 0 && (inside === '' || inside === '\n');
  }
  const { owed, inside } = scanBrackets(above, languageId);
  // With nothing open near by, an opening bracket further up may want the closing one.
  if (owed === '' || owed.length > MOST_OPEN) return false;
  const closed = closers(below, languageId, inside, owed.length).map(({ character }) => character);
  return closed.join('') === Array.from(owed).reverse().join('');
}
