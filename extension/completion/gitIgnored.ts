import ignore, { type Ignore } from 'ignore';
import { posix } from 'node:path';

/** Where rules stand, from the folder on that they are for; the later ones count. */
const RULES = ['.git/info/exclude', '.gitignore'];

export interface GitFiles {
  /** A file's text, undefined where there is none; rejects if it cannot be read. Paths are absolute, with `/`. */
  read(path: string): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
}

/**
 * Says what Git ignores by the rules in the folders of a repository, whatever part of it is the workspace. Rules are read when they
 * are first needed, and once. In doubt a file is ignored: a rule deeper down that takes it in again does not count, and nothing is
 * known of a folder whose rules cannot be read.
 */
export class GitIgnored {
  private readonly rules = new Map<string, Promise<Ignore | 'unreadable'>>();
  private readonly above = new Map<string, Promise<string[]>>();

  /** @param userRules the user's rules for all repositories; rejects if they cannot be read */
  constructor(
    private readonly files: GitFiles,
    private readonly userRules: () => Promise<string>,
  ) {}

  /** @param workspace the folder of the workspace that the file is in */
  async has(path: string, workspace: string): Promise<boolean> {
    for (const folder of [...(await this.foldersAbove(workspace)), ...foldersBetween(workspace, path)]) {
      const rules = await this.rulesOf(folder);
      if (rules === 'unreadable' || rules.ignores(posix.relative(folder, path))) return true;
    }
    return false;
  }

  private rulesOf(folder: string): Promise<Ignore | 'unreadable'> {
    const rules = this.rules.get(folder) ?? this.readRules(folder);
    this.rules.set(folder, rules);
    return rules;
  }

  private async readRules(folder: string): Promise<Ignore | 'unreadable'> {
    try {
      const texts = await Promise.all(RULES.map((name) => this.files.read(posix.join(folder, name))));
      if (await this.isRepository(folder)) texts.unshift(await this.userRules());
      return ignore().add(texts.filter((text) => text !== undefined).join('\n'));
    } catch {
      return 'unreadable';
    }
  }

  private foldersAbove(workspace: string): Promise<string[]> {
    const above = this.above.get(workspace) ?? this.findAbove(workspace);
    this.above.set(workspace, above);
    return above;
  }

  /** Folders above the workspace's up to that of the repository which it is a part of; none if it is none's. */
  private async findAbove(workspace: string): Promise<string[]> {
    const above: string[] = [];
    for (let folder = workspace; ; folder = posix.dirname(folder)) {
      if (folder !== workspace) above.push(folder);
      if (await this.isRepository(folder)) return above;
      if (folder === posix.dirname(folder)) return [];
    }
  }

  private isRepository(folder: string): Promise<boolean> {
    return this.files.exists(posix.join(folder, '.git'));
  }
}

/** The workspace's folder and those below it down to a file's. */
function foldersBetween(workspace: string, path: string): string[] {
  const parts = posix.relative(workspace, path).split('/').slice(0, -1);
  return [workspace, ...parts.map((_, at) => posix.join(workspace, ...parts.slice(0, at + 1)))];
}
