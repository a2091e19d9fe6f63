import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { openPage } from '../workbench/page.ts';
import { extensionId, repository } from '../workbench/repository.ts';
import type { Server } from '../workbench/server.ts';

/** The first text includes loading the model; a busy machine takes its time over both. */
const GHOST_TIMEOUT_MS = 90_000;
const SAVE_TIMEOUT_MS = 30_000;

const GHOST = '.ghost-text-decoration';
/** One file open in the workbench, as a person has it: keys in, pixels and the disk's text out. */
export class OpenEditor {
  private constructor(
    readonly page: Page,
    private readonly path: string,
    private readonly closePage: () => Promise<void>,
  ) {}

  static async open(server: Server, folder: string, name: string): Promise<OpenEditor> {
    const file = join(folder, name);
    const opened = await openPage(server, { folder, file });
    const { page } = opened;
    await page.waitForSelector('.monaco-editor .view-line', { timeout: GHOST_TIMEOUT_MS });
    // Keys typed before the extension is there would be answered only at the next key.
    await page.waitForSelector(`.statusbar-item[id^="${extensionId}"]`, { timeout: GHOST_TIMEOUT_MS });
    await page.click('.monaco-editor .view-lines');
    await page.waitForSelector('.monaco-editor.focused', { timeout: GHOST_TIMEOUT_MS });
    return new OpenEditor(page, file, () => opened.close());
  }

  close(): Promise<void> {
    return this.closePage();
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  /** Types at a person's speed. */
  type(text: string): Promise<void> {
    return this.page.keyboard.type(text, { delay: 60 });
  }

  /** The ghost text's first line, once there is one. */
  async ghostText(): Promise<string> {
    await this.page.waitForSelector(GHOST, { state: 'attached', timeout: GHOST_TIMEOUT_MS });
    const parts = await this.page.locator(GHOST).allTextContents();
    return parts.join('').replaceAll('\u00a0', ' '); // the editor draws spaces as no-break spaces
  }

  /** The ghost text's first line, once it has changed from this. */
  async ghostTextOtherThan(old: string): Promise<string> {
    const deadline = Date.now() + GHOST_TIMEOUT_MS;
    let text = await this.ghostText();
    while (text === old && Date.now() < deadline) {
      await sleep(50);
      text = await this.ghostText();
    }
    return text;
  }

  /** The ghost text's first line if one comes in time. */
  async ghostTextWithin(timeoutMs: number): Promise<string | undefined> {
    const shown = await this.page
      .waitForSelector(GHOST, { state: 'attached', timeout: timeoutMs })
      .catch(() => undefined);
    return shown === undefined ? undefined : this.ghostText();
  }

  ghostTextGone(): Promise<unknown> {
    return this.page.waitForSelector(GHOST, { state: 'detached', timeout: SAVE_TIMEOUT_MS });
  }

  /** Saves and gives the text on disk, once the editor says that nothing is unsaved. */
  async savedText(): Promise<string> {
    await this.press('Control+s');
    await this.page.waitForSelector('.tab.active:not(.dirty)', { timeout: SAVE_TIMEOUT_MS });
    await sleep(300); // the tab shows the save a moment before the server has closed the file
    return readFile(this.path, 'utf8');
  }

  /** Keeps a picture in out/screenshots for people to look at. */
  async screenshot(name: string): Promise<void> {
    const folder = join(repository, 'out', 'screenshots');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${name.replaceAll(/[^\w]+/g, '-')}.png`), await this.page.screenshot());
  }
}
