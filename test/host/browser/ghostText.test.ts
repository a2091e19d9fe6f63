import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copySampleProject, removeFolder, temporaryFolder } from '../workbench/folders.ts';
import { installWorkbench } from '../workbench/install.ts';
import { repository } from '../workbench/repository.ts';
import { type Server, startServer } from '../workbench/server.ts';
import { OpenEditor } from './editor.ts';
import { installExtension, packagedExtension } from './vsix.ts';

describe('the packaged extension in a browser', () => {
  let home: string;
  let project: string;
  let server: Server | undefined;
  let editor: OpenEditor | undefined;

  before(async () => {
    home = await temporaryFolder('browser');
    project = await copySampleProject(home);
    // A file that nobody wrote for this test.
    await copyFile(join(repository, 'node_modules/mocha/lib/stats-collector.js'), join(project, 'stats.js'));
    const workbench = await installWorkbench();
    await installExtension(workbench, home, packagedExtension());
    server = await startServer(workbench, { home });
  });

  after(async () => {
    await server?.stop();
    await removeFolder(home);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor?.screenshot(`failed ${this.currentTest.title}`);
    await editor?.close();
    editor = undefined;
  });

  async function open(name: string): Promise<OpenEditor> {
    assert.ok(server);
    editor = await OpenEditor.open(server, project, name);
    return editor;
  }

  const cases = [
    {
      language: 'JavaScript',
      file: 'stats.js',
      typed: '\nfunction addAll(total, values) {\nfor (const value of values) ',
    },
    {
      language: 'Python',
      file: 'stock.py',
      typed: '\n\ndef count_items(items: list[Item]) -> int:\nreturn ',
    },
  ];

  for (const { language, file, typed } of cases) {
    it(`shows ghost text in ${language} while typing, and Tab puts exactly that text on disk`, async () => {
      const opened = await open(file);
      await opened.press('Control+End');
      await opened.type(typed);
      const ghost = await opened.ghostText();
      await opened.screenshot(`ghost text in ${language}`);
      assert.notEqual(ghost.trim(), '');
      const before = await opened.savedText();
      const lines = await opened.ghostLines();
      await opened.press('Tab');
      await opened.ghostTextGone();
      const after = await opened.savedText();
      await opened.screenshot(`accepted in ${language}`);
      const at = insertedAt(before, after);
      console.log(`      ghost text ${JSON.stringify([ghost, ...lines])}`);
      assert.equal(
        after.slice(at).split('\n')[0]?.startsWith(ghost),
        true,
        `${after.slice(at)} has ${ghost}`,
      );
    });
  }

  it('hides ghost text on Escape and leaves the document as it was', async () => {
    const opened = await open('src/inventory.ts');
    await opened.press('Control+End');
    await opened.type('\nexport function isEmpty(items: Item[]): boolean {\nreturn ');
    await opened.ghostText();
    const before = await opened.savedText();
    await opened.press('Escape');
    await opened.ghostTextGone();
    assert.equal(await opened.savedText(), before);
  });
});

/** Where a text grew: the length of what both have in common at the start. */
function insertedAt(before: string, after: string): number {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  return at;
}
