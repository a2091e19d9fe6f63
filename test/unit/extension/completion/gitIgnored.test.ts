import assert from 'node:assert/strict';
import { GitIgnored } from '../../../../extension/completion/gitIgnored.ts';

/** What is ignored of some paths of a workspace, where the files that Git goes by say what is given; null cannot be read. */
async function ignoredOf(
  workspace: string,
  rules: Record<string, string | null>,
  paths: readonly string[],
  userRules: () => Promise<string> = () => Promise.resolve(''),
): Promise<string[]> {
  const files = {
    read: (path: string) => {
      const text = rules[path];
      return text === null ? Promise.reject(new Error('no permission')) : Promise.resolve(text);
    },
    exists: (path: string) => Promise.resolve(Object.keys(rules).some((one) => one.startsWith(`${path}/`))),
  };
  const ignored = new GitIgnored(files, userRules);
  const found = await Promise.all(paths.map((path) => ignored.has(path, workspace)));
  return paths.filter((_, at) => found[at]);
}

describe('what Git ignores', () => {
  it('each folder has its own rules for', async () => {
    const rules = { '/p/.gitignore': 'dist/\n*.log.ts\n!kept.log.ts\n', '/p/one/.gitignore': '/made\n' };
    const paths = ['dist/a.ts', 'x.log.ts', 'one/made/a.ts', 'kept.log.ts', 'two/made/a.ts', 'src/a.ts'];
    assert.deepEqual(
      await ignoredOf(
        '/p',
        rules,
        paths.map((path) => `/p/${path}`),
      ),
      ['/p/dist/a.ts', '/p/x.log.ts', '/p/one/made/a.ts'],
    );
  });

  it('the folders above say too, if the workspace is a part of a repository', async () => {
    const above = { '/home/.gitignore': '*\n', '/home/repo/.gitignore': 'config.json\n' };
    const paths = ['/home/repo/packages/app/config.json', '/home/repo/packages/app/a.ts'];
    const repository = { ...above, '/home/repo/.git/info/exclude': 'a.ts\n' };
    assert.deepEqual(await ignoredOf('/home/repo/packages/app', repository, paths), paths);
    assert.deepEqual(
      await ignoredOf('/home/repo/packages/app', { ...above, '/home/repo/.git/HEAD': '' }, paths),
      paths.slice(0, 1),
    );
    assert.deepEqual(await ignoredOf('/home/repo/packages/app', above, paths), []);
  });

  it('is everything where it cannot be known', async () => {
    const paths = ['/p/one/a.ts', '/p/two/a.ts'];
    assert.deepEqual(await ignoredOf('/p', { '/p/one/.gitignore': null }, paths), paths.slice(0, 1));
    const unreadable = (): Promise<string> => Promise.reject(new Error('no permission'));
    assert.deepEqual(await ignoredOf('/p', { '/p/.git/HEAD': '' }, paths, unreadable), paths);
  });

  it('the user says for all repositories, and a repository otherwise', async () => {
    const paths = ['/p/notes.ts', '/p/lib/notes.ts', '/p/kept.ts', '/p/a.ts'];
    const userRules = (): Promise<string> => Promise.resolve('notes.ts\nkept.ts\n');
    const ignored = (rules: Record<string, string>): Promise<string[]> =>
      ignoredOf('/p', rules, paths, userRules);
    assert.deepEqual(await ignored({ '/p/.git/HEAD': '', '/p/.gitignore': '!kept.ts\n' }), paths.slice(0, 2));
    assert.deepEqual(await ignored({ '/p/lib/.git/HEAD': '' }), paths.slice(1, 2));
    assert.deepEqual(await ignored({ '/p/.gitignore': '' }), []);
  });
});
