import { languageOf, type MeasuredFile } from '../../engine/index.ts';
import { isSecret } from '../completion/secrets.ts';

/** Files that are read, and what they may hold: enough for some dozen places in different corners of a large workspace. */
const MOST_FILES = 60;
export const MOST_BYTES = 256 * 1024;
const MOST_BYTES_TOGETHER = 2 * 1024 * 1024;

/** `files.exclude` and `search.exclude` as one pattern; conditions such as `when` count as said. */
export function excludePattern(
  ...settings: readonly (Readonly<Record<string, unknown>> | undefined)[]
): string {
  const patterns = settings.flatMap((setting) =>
    Object.entries(setting ?? {}).flatMap(([pattern, value]) =>
      value === false || value === null ? [] : [pattern],
    ),
  );
  return `{${[...new Set(['**/node_modules', '**/.git', ...patterns])].join(',')}}`;
}

/** At most {@link MOST_FILES} of the files that may be read, from all over the workspace. */
export function spread<T extends { path: string }>(
  files: readonly T[],
  isEnabled: (languageId: string) => boolean,
): T[] {
  const allowed = files
    .filter(({ path }) => !isSecret(path) && isEnabled(languageOf(path)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const step = Math.max(1, allowed.length / MOST_FILES);
  return Array.from(
    { length: Math.min(MOST_FILES, allowed.length) },
    (_, at) => allowed[Math.floor(at * step)],
  ).filter((file) => file !== undefined);
}

/** Reads what is text, and no more than can be sent. What cannot be read is left out. */
export async function readSources<T extends { path: string }>(
  files: readonly T[],
  read: (file: T) => Thenable<Uint8Array>,
): Promise<MeasuredFile[]> {
  const sources: MeasuredFile[] = [];
  let bytes = 0;
  for (const file of files) {
    const content = await Promise.resolve(read(file)).catch(() => new Uint8Array());
    if (content.length === 0 || content.length > MOST_BYTES || content.includes(0)) continue;
    if (bytes + content.length > MOST_BYTES_TOGETHER) break;
    bytes += content.length;
    const { path } = file;
    sources.push({ path, languageId: languageOf(path), text: new TextDecoder().decode(content) });
  }
  return sources;
}
