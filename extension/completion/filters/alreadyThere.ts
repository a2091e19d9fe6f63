import type { Filter } from './filter.ts';
import { lineSuffix } from './lines.ts';

/** Drops what stands right behind the cursor already: ` =` before ` = value;`. Closing brackets are the other filters' matter. */
export const alreadyThere: Filter = ({ text, replaces }, context) => {
  const said = text.trimEnd();
  const isThere = lineSuffix(context).startsWith(said) && /[^\s)\]}"'`;,]/u.test(said);
  return isThere ? { dropped: 'it stands behind the cursor already' } : { text, replaces };
};
