import { BadInputError } from '../../errors.ts';
import { readText } from '../read-text.ts';
import { Documents } from './documents.ts';
import { readTrace, type TraceEvent } from './trace.ts';

/**
 * The events of a recorded editing session, each of which can be applied, with a request among them.
 * @throws BadInputError naming the line that is wrong, or the file where nothing is asked for
 */
export async function readSession(path: string): Promise<TraceEvent[]> {
  const events = readTrace(path, await readText(path));
  const documents = new Documents(path);
  for (const event of events) documents.apply(event);
  if (events.some(({ kind }) => kind === 'request')) return events;
  throw new BadInputError({
    source: path,
    expected: 'at least one event of kind "request"',
    found: 'none',
    action: 'Record a session in which suggestions are asked for.',
  });
}
