import * as vscode from 'vscode';

interface Entry extends vscode.QuickPickItem {
  command: string;
}

/** What one can do from the status bar. The first lines of the tooltip say how things are. */
export async function showMenu(how: string, languageId: string | undefined): Promise<void> {
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
      entry('folder-opened', t('Choose a Model Folder…'), 'mambaComplete.chooseModel'),
      entry('package', t('Use the Bundled Model'), 'mambaComplete.useBundledModel'),
      entry('debug-restart', t('Restart the Engine'), 'mambaComplete.restart'),
      entry('gear', t('Open Settings'), 'mambaComplete.openSettings'),
      entry('output', t('Show Log'), 'mambaComplete.showLog'),
    ],
    { title: 'Mamba Complete', placeHolder: how },
  );
  if (picked !== undefined) await vscode.commands.executeCommand(picked.command);
}
