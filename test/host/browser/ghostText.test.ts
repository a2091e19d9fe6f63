import assert from 'node:assert/strict';
import { join } from 'node:path';
import { writeRecitingCheckpoint } from '../../fixtures/reciting-checkpoint.ts';
import { removeFolder, temporaryFolder } from '../workbench/folders.ts';
import { repository } from '../workbench/repository.ts';
import type { OpenEditor } from './editor.ts';
import { PackagedWorkbench } from './packagedWorkbench.ts';

const ANSWER = 'remember(this);';

describe('the packaged extension in a browser, with a model that recites', () => {
  let model: string;
  let workbench: PackagedWorkbench | undefined;
  let editor: OpenEditor | undefined;

  before(async () => {
    model = await temporaryFolder('model');
    await writeRecitingCheckpoint(model, join(repository, 'test/fixtures/tokenizer/byte-level'), ANSWER);
    workbench = await PackagedWorkbench.start({ 'mambaComplete.model': model });
  });

  after(async () => {
    await workbench?.stop();
    await removeFolder(model);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor?.screenshot(`failed ${this.currentTest.title}`);
    await editor?.close();
    editor = undefined;
  });

  async function typeInto(name: string, text: string): Promise<OpenEditor> {
    assert.ok(workbench);
    editor = await workbench.open(name);
    await editor.press('Control+End');
    await editor.type(text);
    assert.equal(await editor.ghostText(), ANSWER);
    return editor;
  }

  const cases = [
    { language: 'JavaScript', file: 'stats.js', typed: '\nfunction addAll(total, values) {\nconst sum = ' },
    {
      language: 'Python',
      file: 'stock.py',
      typed: '\n\ndef count_items(items: list[Item]) -> int:\nreturn ',
    },
  ];

  for (const { language, file, typed } of cases) {
    it(`shows ghost text in ${language} while typing, and Tab puts exactly that on disk`, async () => {
      const opened = await typeInto(file, typed);
      await opened.screenshot(`ghost text in ${language}`);
      const before = await opened.savedText();
      assert.equal(before.includes(ANSWER), false);
      await opened.press('Tab');
      await opened.ghostTextGone();
      await opened.screenshot(`accepted in ${language}`);
      const cursor =
        before.lastIndexOf(typed.slice(typed.lastIndexOf('\n') + 1)) +
        typed.length -
        typed.lastIndexOf('\n') -
        1;
      assert.equal(await opened.savedText(), before.slice(0, cursor) + ANSWER + before.slice(cursor));
    });
  }

  it('hides ghost text on Escape and leaves the document as it was', async () => {
    const opened = await typeInto(
      'src/inventory.ts',
      '\nexport function isEmpty(items: Item[]): boolean {\nreturn ',
    );
    const before = await opened.savedText();
    await opened.press('Escape');
    await opened.ghostTextGone();
    assert.equal(await opened.savedText(), before);
  });

  it('accepts the next word only on Ctrl+Right', async () => {
    const opened = await typeInto('src/report.ts', '\nexport const last = ');
    const before = await opened.savedText();
    await opened.press('Control+ArrowRight');
    const rest = await opened.ghostTextOtherThan(ANSWER);
    const after = await opened.savedText();
    const accepted = ANSWER.slice(0, ANSWER.length - rest.length);
    assert.notEqual(accepted, '');
    assert.equal(accepted + rest, ANSWER);
    assert.equal(after, before.trimEnd() + ' ' + accepted + before.slice(before.trimEnd().length + 1));
  });
});
