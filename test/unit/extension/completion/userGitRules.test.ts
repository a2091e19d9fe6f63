import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { userGitRules } from '../../../../extension/completion/userGitRules.ts';

describe("the user's rules for all repositories", () => {
  let home: string;
  const rules = (): Promise<string> => userGitRules({ home, config: join(home, '.config') });
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  };

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'git-rules-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  it('are none where none are given', async () => {
    assert.equal(await rules(), '');
    await write('.gitconfig', '[core]\n\texcludesFile = ~/gone\n');
    assert.equal(await rules(), '');
  });

  it('stand where Git looks for them by default', async () => {
    await write('.config/git/ignore', 'notes.ts\n');
    await write('.gitconfig', '[user]\n\tname = A\n[core]\n\tautocrlf = input\n');
    assert.equal(await rules(), 'notes.ts\n');
  });

  for (const [how, line] of [
    ['in the home folder', 'excludesFile = ~/mine'],
    ['in quotes, with a remark', 'excludesfile="~/mine" # for all'],
    ['relative to the home folder', 'ExcludesFile = mine ; for all'],
  ] as const) {
    it(`stand in the file that the configuration names ${how}`, async () => {
      await write('.config/git/ignore', 'notes.ts\n');
      await write('.config/git/config', '[core]\n\texcludesFile = other\n');
      await write('mine', 'scratch/\n');
      await write('.gitconfig', `[Core]\n\t${line}\n[diff]\n\texcludesFile = nothing\n`);
      assert.equal(await rules(), 'scratch/\n');
    });
  }

  it('may be named on the line of their section', async () => {
    await write('mine', 'scratch/\n');
    await write('.gitconfig', '[core] excludesFile = ~/mine\n');
    assert.equal(await rules(), 'scratch/\n');
  });

  it('that cannot be read are no rules to go by', async () => {
    await mkdir(join(home, '.config/git/ignore'), { recursive: true });
    await assert.rejects(rules(), /EISDIR/);
  });
});
