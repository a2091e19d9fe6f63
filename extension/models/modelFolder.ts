import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export type ModelFolder =
  { kind: 'bundled'; path: string } | { kind: 'chosen'; path: string } | { kind: 'relative'; path: string };

/** The folder that the setting `model` names: empty is the bundled one, `~` the home folder. */
export function modelFolder(setting: string, bundled: string): ModelFolder {
  if (setting === '') return { kind: 'bundled', path: bundled };
  const path = /^~[/\\]/.test(setting) ? join(homedir(), setting.slice(2)) : setting;
  return { kind: isAbsolute(path) ? 'chosen' : 'relative', path };
}
