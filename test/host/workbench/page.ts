import { chromium as playwright, type Page } from 'playwright-core';
import { chromium } from './chromium.ts';
import type { Server } from './server.ts';

/** The workbench shows within 5 s on an idle machine. */
const OPEN_TIMEOUT_MS = 180_000;

export interface PageOptions {
  /** Absolute path of the folder to open. */
  folder: string;
  /** Absolute path of the file to open in it. */
  file?: string;
  /** Extension under development: absolute path. */
  developmentPath?: string;
  /** Absolute path of a script that exports `run()`. */
  testsPath?: string;
  /** Called with what the workbench logs and the exit code of the tests, where there are any. */
  onLog?: (level: string, args: unknown[]) => void;
  onExit?: (code: number) => void;
}

export interface OpenPage {
  page: Page;
  close: () => Promise<void>;
}

/** Opens the workbench in a headless Chromium with a fresh profile. */
export async function openPage(server: Server, options: PageOptions): Promise<OpenPage> {
  const browser = await playwright.launch({
    executablePath: await chromium(),
    headless: true,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  // Before navigation: the workbench looks for these once.
  await page.exposeFunction('codeAutomationLog', options.onLog ?? (() => undefined));
  await page.exposeFunction('codeAutomationExit', options.onExit ?? (() => undefined));
  await page.goto(address(server, options), { timeout: OPEN_TIMEOUT_MS });
  await page.waitForSelector('.monaco-workbench', { timeout: OPEN_TIMEOUT_MS });
  return { page, close: () => browser.close() };
}

/** The address of a folder, a file and an extension: the workbench takes all but the folder as a payload of pairs. */
export function address(server: Server, options: PageOptions): string {
  const remote = (path: string) => `vscode-remote://127.0.0.1:${server.port}${path}`;
  const payload = [['skipWelcome', 'true']];
  if (options.file !== undefined) payload.push(['openFile', remote(options.file)]);
  if (options.developmentPath !== undefined)
    payload.push(['extensionDevelopmentPath', remote(options.developmentPath)]);
  if (options.testsPath !== undefined) payload.push(['extensionTestsPath', remote(options.testsPath)]);
  const query = new URLSearchParams({ folder: options.folder, payload: JSON.stringify(payload) });
  return `${server.url}?${query.toString()}`;
}
