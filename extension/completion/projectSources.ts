import { isSecret } from './secrets.ts';

/** Ends of the names of files that people write code in. */
const EXTENSIONS = [
  ...['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs', 'vue', 'svelte', 'astro', 'py', 'pyi'],
  ...[
    'go',
    'rs',
    'java',
    'kt',
    'kts',
    'scala',
    'groovy',
    'c',
    'h',
    'cc',
    'cpp',
    'cxx',
    'hpp',
    'hh',
    'm',
    'mm',
  ],
  ...['cs', 'fs', 'swift', 'dart', 'rb', 'php', 'pl', 'pm', 'lua', 'r', 'jl', 'ex', 'exs', 'erl', 'hs', 'ml'],
  ...['clj', 'elm', 'zig', 'nim', 'sh', 'bash', 'zsh', 'ps1', 'sql', 'graphql', 'proto', 'tf'],
  ...['css', 'scss', 'less', 'html', 'json', 'yaml', 'yml', 'toml'],
];
export const SOURCE_PATTERN = `**/*.{${EXTENSIONS.join(',')}}`;
const SOURCE = new RegExp(`\\.(${EXTENSIONS.join('|')})$`, 'i');
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

/**
 * Whether a file may be read beside the one that is written in: source of the project's own, and none that often holds secrets.
 * @param path inside the workspace folder, with `/`
 */
export function isProjectSource(path: string): boolean {
  const folders = path.split('/').slice(0, -1);
  const isForeign = folders.some((folder) => FOREIGN.includes(folder));
  return SOURCE.test(path) && !GENERATED.test(path) && !isForeign && !isSecret(path);
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
