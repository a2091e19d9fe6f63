import { isEnabledFor, type EnabledLanguages } from '../settings.ts';
import { isSecret } from './secrets.ts';

/** What is known at the moment the editor asks. */
export interface Situation {
  enable: EnabledLanguages;
  languageId: string;
  scheme: string;
  /** Path of the file, with its name at the end. */
  path: string;
  /** Whether the scheme's file system can be written to; undefined where nobody knows. */
  writable: boolean | undefined;
  /** The editor asked while typing; false when the user asked by command. */
  automatic: boolean;
  cursors: number;
  selectionIsEmpty: boolean;
  /** The cursor's line, before and after the cursor. */
  linePrefix: string;
  lineSuffix: string;
}

export type Decision = { offer: true } | { offer: false; reason: string };

/** Schemes of documents that people write code in; others only if their file system says that it can be written to. */
const writtenSchemes = new Set([
  'file',
  'untitled',
  'vscode-notebook-cell',
  'vscode-remote',
  'vscode-vfs',
  'vscode-userdata',
]);

/** Input boxes and generated text that look like documents. */
const foreignSchemes = new Set([
  'vscode-scm',
  'output',
  'git',
  'gitlens',
  'debug',
  'comment',
  'search-editor',
  'vscode-settings',
  'vscode-terminal',
]);

/** What may stand after the cursor while typing: closing brackets and quotes, then at most one mark. */
const harmlessTail = /^\s*[)>}\]"'`]*\s*[:{;,]?\s*$/;

const wordCharacter = /[\p{L}\p{N}_$]/u;

const no = (reason: string): Decision => ({ offer: false, reason });

/** Decides whether to offer anything. The first "no" wins, and every "no" says why. */
export function decide(situation: Situation): Decision {
  const { scheme, linePrefix, lineSuffix, languageId, automatic } = situation;
  if (!isEnabledFor(situation.enable, languageId)) return no(`switched off for ${languageId}`);
  if (foreignSchemes.has(scheme)) return no(`documents of the scheme ${scheme} are not completed`);
  if (situation.writable === false) return no(`documents of the scheme ${scheme} are read-only`);
  if (!writtenSchemes.has(scheme) && situation.writable !== true)
    return no(`documents of the scheme ${scheme} are not completed`);
  if (isSecret(situation.path)) return no('files of this name often hold secrets');
  if (situation.cursors > 1) return no('there are several cursors');
  if (automatic && !situation.selectionIsEmpty) return no('text is selected');
  if (wordCharacter.test(linePrefix.slice(-1)) && wordCharacter.test(lineSuffix.slice(0, 1)))
    return no('the cursor is in the middle of a word');
  if (automatic && !harmlessTail.test(lineSuffix))
    return no('the rest of the line is more than closing brackets and punctuation');
  return { offer: true };
}
