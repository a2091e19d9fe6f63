import ignore from 'ignore';
import { posix } from 'node:path';
import { isSecret } from './secrets.ts';

/** Files that people write code in, by the end of their names. */
const SOURCE =
  /\.(tsx?|[mc]ts|jsx?|[mc]js|vue|svelte|astro|pyi?|go|rs|java|kts?|scala|groovy|c|h|cc|cpp|cxx|hpp|hh|m|mm|cs|fs|swift|dart|rb|php|pl|pm|lua|r|jl|exs?|erl|hs|ml|clj|elm|zig|nim|sh|bash|zsh|ps1|sql|graphql|proto|tf|css|scss|less|html|json|ya?ml|toml)$/i;
/** Folders of other people's code and of built things, ignored by Git or not. */
const FOREIGN = [
  ...['node_modules', 'bower_components', '.git', '.venv', 'venv', '__pycache__'],
  ...['dist', 'out', 'build', 'target', 'vendor'],
];
export const FOREIGN_PATTERN = `**/{${FOREIGN.join(',')}}/**`;
/** Written by tools. */
const GENERATED = /(^|\/)(package-lock\.json|.*\.min\.\w+|.*\.bundle\.\w+|.*\.d\.ts\.map|.*\.lock\.json)$/i;
/** Longer files are seldom written by hand. Bytes. */
export const MAX_FILE_BYTES = 128 * 1024;
/** The room that the engine has for them; files that were changed last come first. */
const MAX_BYTES = 8 * 2 ** 20;
export const MAX_FILES = 3000;
/** Longer lines on average are those of data and of minified code. */
const MAX_LINE = 200;

/** A file of the workspace. */
export interface SourceFile {
  /** Inside its workspace folder, with `/`. */
  path: string;
  bytes: number;
  /** When it was changed, in milliseconds. */
  changed: number;
}

/** A .gitignore: the folder it lies in, inside the workspace folder and with `/`, and its text. */
export interface IgnoreFile {
  folder: string;
  text: string;
}

/**
 * Whether a file may be read beside the one that is written in: source of the project's own, and none that often holds secrets.
 * @param path inside the workspace folder, with `/`
 */
export function isProjectSource(path: string): boolean {
  const folders = path.split('/').slice(0, -1);
  const isForeign = folders.some((folder) => FOREIGN.includes(folder));
  return SOURCE.test(path) && !GENERATED.test(path) && !isForeign && !isSecret(path);
}

/** Says which paths Git ignores. */
export function ignoredBy(files: readonly IgnoreFile[]): (path: string) => boolean {
  const rules = files.map(({ folder, text }) => ({ folder, rules: ignore().add(text) }));
  return (path) =>
    rules.some(({ folder, rules: one }) => {
      const inside = folder === '' ? path : posix.relative(folder, path);
      return inside !== '' && !inside.startsWith('..') && one.ignores(inside);
    });
}

/** Of all files, those that there is room for; the one that was changed last is the last. */
export function chosenFiles<T extends SourceFile>(files: readonly T[]): T[] {
  const newest = files
    .filter(({ bytes }) => bytes > 0 && bytes <= MAX_FILE_BYTES)
    .sort((a, b) => b.changed - a.changed)
    .slice(0, MAX_FILES);
  let left = MAX_BYTES;
  return newest.filter(({ bytes }) => (left -= bytes) >= 0).reverse();
}

/** Whether a text looks like code that somebody wrote. */
export function isWritten(text: string): boolean {
  return (
    text !== '' &&
    text.length <= MAX_FILE_BYTES &&
    !text.includes('\0') &&
    text.length / text.split('\n').length <= MAX_LINE
  );
}
