import type { Filter } from './filter.ts';

/** Drops what would change nothing that can be seen. */
export const empty: Filter = (suggestion, { suffix }) => {
  const { text, replaces } = suggestion;
  if (text.trim() === '') return { dropped: 'only white space' };
  if (text === suffix.slice(0, replaces)) return { dropped: 'stands there already' };
  return suggestion;
};
