import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface UserFolders {
  home: string;
  /** XDG_CONFIG_HOME, `~/.config` where it is not set. */
  config: string;
}

/**
 * The rules that the user gave Git for all repositories: the text of `core.excludesFile`, by default `git/ignore` in the
 * configuration's folder (https://git-scm.com/docs/gitignore). Empty where there is no such file. Configuration that the user's own
 * includes, or the system's, is not looked into.
 * @throws if a file is there and cannot be read
 */
export async function userGitRules(folders: UserFolders = thisUser()): Promise<string> {
  const { home, config } = folders;
  let path = join(config, 'git', 'ignore');
  // The later one counts; a relative path is taken from the home folder, as `~/` is.
  for (const file of [join(config, 'git', 'config'), join(home, '.gitconfig')]) {
    const named = excludesFile(await textOf(file));
    if (named !== undefined) path = resolve(home, named.replace(/^~\//, ''));
  }
  return textOf(path);
}

/** What the configuration's text gives as `core.excludesFile`; sections and names are written in any case. */
function excludesFile(text: string): string | undefined {
  let section = '';
  let found: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [header = '', name] = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line) ?? [];
    section = name?.toLowerCase() ?? section;
    const value = /^\s*excludesfile\s*=\s*(?:"(.*?)"|(.*?))\s*(?:[#;].*)?$/i.exec(line.slice(header.length));
    if (section === 'core' && value) found = (value[1] ?? value[2])?.replace(/\\\\/g, '\\');
  }
  return found;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOT_THERE.has(error.code)) return '';
    throw error;
  }
}

const NOT_THERE = new Set<unknown>(['ENOENT', 'ENOTDIR']);

function thisUser(): UserFolders {
  const home = homedir();
  const config = process.env['XDG_CONFIG_HOME'];
  return { home, config: config === undefined || config === '' ? join(home, '.config') : config };
}
