import { extname } from 'node:path';

const LANGUAGES = new Map(
  Object.entries({
    ts: 'typescript',
    mts: 'typescript',
    cts: 'typescript',
    tsx: 'typescriptreact',
    js: 'javascript',
    mjs: 'javascript',
    cjs: 'javascript',
    jsx: 'javascriptreact',
    py: 'python',
    go: 'go',
    rs: 'rust',
    java: 'java',
    c: 'c',
    h: 'c',
    cc: 'cpp',
    cpp: 'cpp',
    hpp: 'cpp',
    cs: 'csharp',
    sh: 'shellscript',
    json: 'json',
    yaml: 'yaml',
    yml: 'yaml',
    html: 'html',
    css: 'css',
    md: 'markdown',
  }),
);

/** VS Code's language identifier of a file, by its extension; empty if unknown. */
export function languageOf(path: string): string {
  return LANGUAGES.get(extname(path).slice(1).toLowerCase()) ?? '';
}

/** No code, or hardly any. */
const DATA = new Set(['json', 'yaml', 'yml', 'md']);

/** Extensions of source files of the languages that {@link languageOf} knows, without the dot. */
export const CODE_EXTENSIONS: readonly string[] = [...LANGUAGES.keys()].filter((one) => !DATA.has(one));
