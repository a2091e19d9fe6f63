import type { Filter } from './filter.ts';
import { linePrefix } from './lines.ts';

const marker = /^(?:\/\/+[/!]?|#+!?|--|;+|%+|\/\*+|\*+\/?|<!--|-->|"""|''')$/;
const markerAtEnd = /(?:^|\s)(\/\/+[/!]?|#+|--)[ \t]*$/;

/** Drops a lone comment marker, and does not start a comment twice. */
export const commentMarker: Filter = ({ text, replaces }, context) => {
  const started = markerAtEnd.exec(linePrefix(context))?.[1];
  const again = started === undefined ? undefined : text.trimStart();
  const rest =
    started !== undefined && again?.startsWith(started) === true
      ? again.slice(started.length).replace(/^[ \t]+/, /[ \t]$/.test(linePrefix(context)) ? '' : ' ')
      : text;
  if (marker.test(rest.trim())) return { dropped: 'only a comment marker' };
  return { text: rest, replaces };
};
