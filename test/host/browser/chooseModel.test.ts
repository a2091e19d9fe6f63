import assert from 'node:assert/strict';
import { extensionId } from '../workbench/repository.ts';
import { ANSWER, stallWeights } from './localHub.ts';
import { withHubWorkbench } from './hubWorkbench.ts';

/** A model of the catalogue, of which the local hub has another content. */
const LISTED = { title: 'Mamba-2 130m', repository: 'AntonV/mamba2-130m-hf' };

describe('choosing a model in a browser, from a hub on this machine', () => {
  const parts = withHubWorkbench([LISTED.repository]);

  it('says what fits this machine, and shows licence and size before anything is loaded', async () => {
    const { hub, input, editor } = parts;
    await input.command('Mamba Complete: Choose a Model');
    await input.row('Small and fast');
    await editor.screenshot('model picker');
    await input.pick(LISTED.title);
    const text = await input.dialog();
    await editor.screenshot('model confirmation');
    assert.match(text, /Apache-2\.0/);
    assert.match(text, /\d+ MB/);
    assert.equal(hub.seen.length, 0);
  });

  it('stops a download where the user says so, and keeps what has arrived', async () => {
    const { hub, input, editor } = parts;
    stallWeights(hub, 600_000);
    await input.pressInDialog('Download');
    await input.message(/downloading, [1-9]\d* %/);
    await editor.screenshot('model progress');
    await input.pressInMessage(/downloading/, 'Cancel');
    await input.message('What has arrived is kept');
    await editor.screenshot('model stopped');
  });

  it('goes on where it stopped, converts, switches, and the status and the ghost text are those of the new model', async () => {
    const { hub, input, editor } = parts;
    hub.everyTime(undefined);
    await input.pressInMessage('What has arrived is kept', 'Go On');
    await input.message('is installed and in use');
    await editor.screenshot('model installed');
    assert.match(hub.requestsFor('model.safetensors').at(-1)?.range ?? '', /^bytes=[1-9]\d*-$/);

    await editor.page.click('.monaco-editor .view-lines');
    await editor.press('Control+End');
    await editor.type('\n\ndef count_items(items: list[Item]) -> int:\nreturn ');
    assert.equal(await editor.ghostText(), ANSWER);
    const label = await editor.page
      .locator(`.statusbar-item[id^="${extensionId}"]`)
      .first()
      .getAttribute('aria-label');
    assert.ok(label?.includes(LISTED.title), label ?? 'no label');
    await editor.screenshot('model in use');
  });

  it('tells that the model in use is installed, and goes back to the bundled one when it is removed', async () => {
    const { input, editor } = parts;
    await input.command('Mamba Complete: Show Installed Models');
    await input.row(LISTED.title);
    const rows = await input.rows();
    assert.ok(rows.some((row) => row.includes(LISTED.title)));
    await editor.screenshot('models installed');
    await editor.press('Escape');
    await input.command('Mamba Complete: Remove a Model…');
    await input.pick(LISTED.title);
    await input.pressInDialog('Remove');
    await input.message('was removed');
    const status = editor.page.locator(`.statusbar-item[id^="${extensionId}"]`).first();
    await editor.page.click('.monaco-editor .view-lines');
    await status.and(editor.page.locator(':not([aria-label*="130m"])')).waitFor({ timeout: 60_000 });
  });

  it('is a step of the walkthrough', async () => {
    const { input, editor } = parts;
    await input.command('Welcome: Open Walkthrough...');
    await input.pick('Get Started with Mamba Complete');
    const step = editor.page.locator('.getting-started-step', { hasText: 'Choose a model for your machine' });
    await step.click({ timeout: 60_000 });
    const link = step.locator('.monaco-button', { hasText: 'Choose a Model' });
    await link.waitFor({ state: 'visible', timeout: 60_000 });
    await editor.page.waitForTimeout(500);
    await editor.screenshot('model walkthrough');
    await link.click();
    await input.row('Small and fast');
    await editor.press('Escape');
  });
});
