import { readdir, stat } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import { CODE_EXTENSIONS } from '../../prompt/index.ts';

/** Folders that hold nothing that was written for the project. */
const IGNORED = /(^|\/)(node_modules|\.git)(\/|$)/;

/** Files that a glob names (`*`, `**`, `?`, `{a,b}`), or the source files of a folder, in order. */
export async function glob(pattern: string): Promise<string[]> {
  const path = posix.normalize(pattern.split(sep).join('/'));
  const wild = path.search(/[*?{]/);
  if (wild < 0)
    return (await isFolder(path))
      ? glob(`${path.replace(/\/+$/, '')}/**/*.{${CODE_EXTENSIONS.join(',')}}`)
      : [path];
  const root = posix.dirname(`${path.slice(0, wild)}x`);
  const names = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const matches = regexOf(path);
  return names
    .filter((name) => name.isFile())
    .map((name) => join(name.parentPath, name.name).split(sep).join('/'))
    .filter((name) => matches.test(name) && !IGNORED.test(name))
    .sort();
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

function regexOf(pattern: string): RegExp {
  let depth = 0;
  const source = pattern.replaceAll(/\*\*\/|\*\*|[*?{},.+^$()|[\]\\]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part === '{') return ++depth > 0 ? '(?:' : '';
    if (part === '}' && depth > 0) return --depth >= 0 ? ')' : '';
    if (part === ',') return depth > 0 ? '|' : ',';
    return `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
