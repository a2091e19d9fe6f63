import type { Page } from 'playwright-core';

const TIMEOUT_MS = 60_000;
const WIDGET = '.quick-input-widget';

/** The workbench's lists, input boxes, dialogs and messages, as a person uses them. */
export class QuickInput {
  constructor(private readonly page: Page) {}

  /** Runs a command by its title in the command palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.page.waitForSelector(`${WIDGET} input:visible`, { timeout: TIMEOUT_MS });
    await this.page.keyboard.type(title);
    await this.row(title);
    await this.page.keyboard.press('Enter');
    // What is typed before the palette is gone would go there, or to the editor.
    await this.page.waitForFunction(
      `[...document.querySelectorAll('${WIDGET} input')]` +
        ".every((input) => input.offsetParent === null || !input.value.startsWith('>'))",
      undefined,
      { timeout: TIMEOUT_MS },
    );
  }

  /** Waits until a list has a row with this text. */
  async row(text: string): Promise<void> {
    await this.page
      .locator(`${WIDGET} .monaco-list-row`, { hasText: text })
      .first()
      .waitFor({ state: 'visible', timeout: TIMEOUT_MS });
  }

  /** Types the text into the list, which draws only what is in view, and accepts the row that has it. */
  async pick(text: string): Promise<void> {
    await this.page
      .locator(`${WIDGET} .quick-input-filter input:visible`)
      .fill(text, { timeout: TIMEOUT_MS });
    await this.row(text);
    await this.page
      .locator(`${WIDGET} .monaco-list-row`, { hasText: text })
      .first()
      .click({ timeout: TIMEOUT_MS });
  }

  /** Text of every row that is drawn. */
  rows(): Promise<string[]> {
    return this.page.locator(`${WIDGET} .monaco-list-row`).allInnerTexts();
  }

  /** Answers an input box. */
  async answer(title: string, text: string): Promise<void> {
    await this.page
      .locator(`${WIDGET} .quick-input-title`, { hasText: title })
      .waitFor({ state: 'visible', timeout: TIMEOUT_MS });
    await this.page
      .locator(`${WIDGET} .quick-input-filter input:visible`)
      .fill(text, { timeout: TIMEOUT_MS });
    await this.page.keyboard.press('Enter');
  }

  /** The text of the modal dialog, once there is one. */
  async dialog(): Promise<string> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.waitFor({ state: 'visible', timeout: TIMEOUT_MS });
    return box.innerText();
  }

  /** Presses a button of the modal dialog. */
  async pressInDialog(button: string): Promise<void> {
    await this.page
      .locator('.monaco-dialog-box .monaco-button', { hasText: new RegExp(`^${button}$`) })
      .click({ timeout: TIMEOUT_MS });
  }

  /** The message that says this, once there is one. */
  async message(text: string | RegExp): Promise<string> {
    const toast = this.page.locator('.notification-toast', { hasText: text }).first();
    await toast.waitFor({ state: 'visible', timeout: TIMEOUT_MS });
    return toast.innerText();
  }

  /** Presses a button of the message that says this. */
  async pressInMessage(text: string | RegExp, button: string): Promise<void> {
    const toast = this.page.locator('.notification-toast', { hasText: text }).first();
    await toast.hover();
    await toast.locator('.monaco-button', { hasText: button }).click({ timeout: TIMEOUT_MS });
  }
}
