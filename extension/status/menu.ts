import * as vscode from 'vscode';

interface Entry extends vscode.QuickPickItem {
  command: string;
}

/**
 * What one can do from the status bar. The first lines of the tooltip say how things are.
 * @param unfinished title of a model whose installation can be gone on with
 */
export async function showMenu(
  how: string,
  languageId: string | undefined,
  unfinished: string | undefined,
): Promise<void> {
  const { t } = vscode.l10n;
  const entry = (icon: string, label: string, command: string): Entry => ({
    label: `$(${icon}) ${label}`,
    command,
  });
  const language =
    languageId === undefined
      ? []
      : [
          entry(
            'code',
            t('Switch Suggestions On or Off for {0}', languageId),
            'mambaComplete.toggleLanguage',
          ),
        ];
  const picked = await vscode.window.showQuickPick<Entry>(
    [
      entry('circle-slash', t('Switch Suggestions On or Off'), 'mambaComplete.toggle'),
      ...language,
      entry('bell-slash', t('Snooze Suggestions…'), 'mambaComplete.snooze'),
      ...(unfinished === undefined
        ? []
        : [entry('cloud-download', t('Go On Installing {0}', unfinished), 'mambaComplete.resumeModel')]),
      entry('hubot', t('Choose a Model…'), 'mambaComplete.chooseModel'),
      entry('package', t('Use the Bundled Model'), 'mambaComplete.useBundledModel'),
      entry('beaker', t('Measure This Model on My Files'), 'mambaComplete.measureModel'),
      entry('debug-restart', t('Restart the Engine'), 'mambaComplete.restart'),
      entry('gear', t('Open Settings'), 'mambaComplete.openSettings'),
      entry('output', t('Show Log'), 'mambaComplete.showLog'),
    ],
    { title: 'Mamba Complete', placeHolder: how },
  );
  if (picked !== undefined) await vscode.commands.executeCommand(picked.command);
}
