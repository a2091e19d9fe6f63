import * as vscode from 'vscode';
import type { InstalledModel } from '../../engine/index.ts';
import type { Choice, ItemButton, ModelItem } from './modelItems.ts';

export interface PickerOptions {
  title: string;
  placeholder: string;
  /** Comes a moment after the list shows. */
  items: Promise<readonly ModelItem[]>;
  /** A button of an item; the list is closed before, but for the page. */
  pressed: (
    button: ItemButton,
    of: { installed: InstalledModel | undefined; repository: string | undefined },
  ) => unknown;
}

interface Row extends vscode.QuickPickItem {
  item: ModelItem;
}

/** Shows models and gives the one that was accepted; rejects if there is no list. */
export async function pickModel({
  title,
  placeholder,
  items,
  pressed,
}: PickerOptions): Promise<Choice | undefined> {
  const pick = vscode.window.createQuickPick<Row>();
  const buttons = buttonsOf();
  pick.title = title;
  pick.placeholder = vscode.l10n.t('Looking at this machine…');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.busy = true;
  const chosen = new Promise<Choice | undefined>((resolve, reject) => {
    pick.onDidHide(() => {
      resolve(undefined);
    });
    pick.onDidAccept(() => {
      const item = pick.selectedItems[0]?.item;
      if (item?.kind !== 'model') return;
      resolve(item.choice);
      pick.hide();
    });
    pick.onDidTriggerItemButton(({ item: { item }, button }) => {
      if (item.kind !== 'model') return;
      const name = (Object.keys(buttons) as ItemButton[]).find((one) => buttons[one] === button);
      if (name === undefined) return;
      if (name !== 'page') pick.hide();
      void pressed(name, { installed: item.installed, repository: item.repository });
    });
    items.then((all) => {
      pick.items = all.map((item) => rowOf(item, buttons));
      pick.busy = false;
      pick.placeholder = placeholder;
    }, reject);
  });
  pick.show();
  try {
    return await chosen;
  } finally {
    pick.dispose();
  }
}

function buttonsOf(): Record<ItemButton, vscode.QuickInputButton> {
  const { t } = vscode.l10n;
  return {
    verify: { iconPath: new vscode.ThemeIcon('verified'), tooltip: t('Verify: hold it against its hashes') },
    remove: { iconPath: new vscode.ThemeIcon('trash'), tooltip: t('Remove from this machine') },
    page: { iconPath: new vscode.ThemeIcon('link-external'), tooltip: t('Open its page at the hub') },
  };
}

function rowOf(item: ModelItem, buttons: Record<ItemButton, vscode.QuickInputButton>): Row {
  if (item.kind === 'section') {
    return { label: item.label, kind: vscode.QuickPickItemKind.Separator, item };
  }
  const { label, description, detail } = item;
  return {
    label,
    description,
    ...(detail === '' ? {} : { detail }),
    buttons: item.buttons.map((name) => buttons[name]),
    item,
  };
}
