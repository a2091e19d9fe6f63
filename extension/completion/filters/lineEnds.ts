import type { Filter } from './filter.ts';

/** Models may have learnt CRLF; the document's own line ends are put in at the very end. */
export const lineEnds: Filter = ({ text, replaces }) => ({ text: text.replace(/\r\n?/g, '\n'), replaces });
