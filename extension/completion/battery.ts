import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A program that has not answered by then is ended. */
const TIMEOUT_MS = 10_000;

export interface BatteryParts {
  platform: NodeJS.Platform;
  /** Linux: a folder for each battery and each adapter. */
  powerSupplies: string;
  /** What a program prints. */
  run(program: string, options: readonly string[]): Promise<string>;
}

/**
 * Whether this machine runs on its battery; false where there is none, and on systems that cannot be asked. On macOS and Windows this
 * starts a program.
 * @throws whatever asking may throw: no such program, no permission
 */
export async function onBattery(parts: BatteryParts = thisMachine): Promise<boolean> {
  switch (parts.platform) {
    case 'linux':
      return onBatteryOfLinux(parts.powerSupplies);
    case 'darwin':
      // "Now drawing from 'Battery Power'", or 'AC Power'.
      return (await parts.run('/usr/bin/pmset', ['-g', 'batt'])).includes("'Battery Power'");
    case 'win32':
      return onBatteryOfWindows(await parts.run(POWERSHELL, WINDOWS_QUESTION));
    default:
      return false;
  }
}

/** https://docs.kernel.org/power/power_supply_class.html; adapters have too many names to go by. */
async function onBatteryOfLinux(folder: string): Promise<boolean> {
  // No such folder: a machine without any, such as a container.
  const supplies = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    supplies.map(async (name) => {
      const read = async (attribute: string): Promise<string> =>
        (await readFile(join(folder, name, attribute), 'utf8').catch(() => '')).trim();
      const [type, scope, status] = await Promise.all(['type', 'scope', 'status'].map(read));
      // Of a mouse or a keyboard.
      const isOfDevice = scope === 'Device';
      return type === 'Battery' && !isOfDevice && status === 'Discharging';
    }),
  );
  return found.includes(true);
}

/** By its whole path: the search path is not this extension's to trust. */
const POWERSHELL = join(
  process.env['SystemRoot'] ?? 'C:\\Windows',
  'System32',
  'WindowsPowerShell',
  'v1.0',
  'powershell.exe',
);

const WINDOWS_QUESTION = [
  ...['-NoProfile', '-NonInteractive', '-Command'],
  '(Get-CimInstance -ClassName Win32_Battery).BatteryStatus',
];

/** Discharging, low, critical: https://learn.microsoft.com/windows/win32/cimwin32prov/win32-battery */
const WINDOWS_DISCHARGING = ['1', '4', '5'];

/** One number for each battery. */
function onBatteryOfWindows(printed: string): boolean {
  return printed.split(/\s+/).some((status) => WINDOWS_DISCHARGING.includes(status));
}

const thisMachine: BatteryParts = {
  platform: process.platform,
  powerSupplies: '/sys/class/power_supply',
  run: async (program, options) => {
    const { stdout } = await promisify(execFile)(program, options, {
      timeout: TIMEOUT_MS,
      windowsHide: true,
    });
    return stdout;
  },
};
