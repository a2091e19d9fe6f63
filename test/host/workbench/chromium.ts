import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './process.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The path of a Chromium: the variable CHROMIUM, else one on the machine, else installed by apt where this user may. */
export async function chromium(): Promise<string> {
  const found = process.env['CHROMIUM'] ?? findChromium();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && onPath('apt-get') !== undefined) {
    console.log('Installing Chromium by apt (once) …');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { env });
    await run(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
      {
        env,
      },
    );
    const installed = findChromium();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    `The tests in the browser workbench need Chromium or Chrome (${NAMES.join(', ')} on the PATH, or its path in the ` +
      'variable CHROMIUM). On Debian: apt-get install chromium fonts-dejavu-core',
  );
}

function findChromium(): string | undefined {
  return NAMES.map(onPath).find((path) => path !== undefined) ?? MAC_PATHS.find(isExecutable);
}

/** The full path of a command, or undefined where the PATH has none. */
export function onPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
