import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { accept, closeAll, commit, openText } from './editor.ts';
import { temporaryFile } from './files.ts';
import { costsAfter, loggedAfter, type Cost } from './log.ts';
import { setModel, useRecitingModel } from './model.ts';

/** Time for warming ahead, which nothing reports; a prompt of this suite takes a few milliseconds. */
const WARM_MS = 1_500;
const CLOSE_TIMEOUT_MS = 20_000;

const trigger = (): Thenable<unknown> =>
  vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
const set = (name: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('mambaComplete').update(name, value, vscode.ConfigurationTarget.Global);

const statements = (name: string): string =>
  Array.from({ length: 40 }, (_, at) => `  const ${name}${at} = compute(${at}, ${at + 1});\n`).join('');
const DOCUMENT = `function first() {\n${statements('a')}  █\n}\n\nfunction second() {\n${statements('b')}}\n`;

describe('warming ahead', () => {
  useRecitingModel();
  before(() => set('keepStates', false));
  afterEach(async () => {
    await closeAll();
    await set('warmAhead', undefined);
  });
  after(() => set('keepStates', undefined));

  const costsAfterMove = async (mode: string): Promise<Cost[]> => {
    await set('warmAhead', mode);
    const editor = await openText('typescript', DOCUMENT);
    assert.equal(await accept(editor), true); // loads the model
    await sleep(WARM_MS); // The editor asks again by itself, and would ask where the cursor has gone.
    return costsAfter(async () => {
      const { end } = editor.document.lineAt(60).range;
      editor.selection = new vscode.Selection(end, end);
      await sleep(WARM_MS);
      await trigger();
    });
  };

  it('happens where the cursor goes', async () => {
    const costs = await costsAfterMove('always');
    assert.ok(
      costs.some(({ prompt, warmed, advanced }) => warmed > prompt / 2 && advanced < prompt / 10),
      JSON.stringify(costs),
    );
  });

  it('does not happen where the setting says never', async () => {
    const costs = await costsAfterMove('never');
    assert.ok(
      costs.every(({ warmed }) => warmed === 0),
      JSON.stringify(costs),
    );
  });

  /** @param mode while the suggestion shows; afterwards nothing is warmed */
  const costsAfterAcceptance = async (mode: string): Promise<Cost[]> => {
    await set('warmAhead', mode);
    const editor = await openText('typescript', DOCUMENT);
    await loggedAfter(/^offered/, trigger);
    await sleep(WARM_MS);
    await set('warmAhead', 'never');
    return costsAfter(async () => {
      assert.equal(await commit(editor), true);
      await trigger();
    });
  };

  it('has what follows a suggestion ready before it is accepted', async () => {
    const costs = await costsAfterAcceptance('always');
    assert.ok(
      costs.some(({ warmed }) => warmed > 0) && costs.every(({ advanced }) => advanced === 0),
      JSON.stringify(costs),
    );
  });

  it('leaves what follows a suggestion to its request where the setting says never', async () => {
    const costs = await costsAfterAcceptance('never');
    assert.ok(
      costs.some(({ advanced }) => advanced > 0),
      JSON.stringify(costs),
    );
  });
});

describe('a document that closes', () => {
  useRecitingModel();
  before(() => set('warmAhead', 'never'));
  afterEach(closeAll);
  after(async () => {
    await set('warmAhead', undefined);
    await set('keepStates', undefined);
  });

  const costOfTrigger = async (): Promise<Cost> => {
    const [cost] = await costsAfter(trigger);
    assert.ok(cost);
    return cost;
  };
  const isCold = ({ reused, prompt }: Cost): boolean => reused < prompt / 10;

  /** What a request costs in a file that was closed after the same request, and opened again. */
  const costWhenOpenedAgain = async (keepStates: boolean): Promise<Cost> => {
    await set('keepStates', keepStates);
    const { uri, remove } = await temporaryFile('closed.ts', DOCUMENT.replace('█', ''));
    try {
      await open(uri);
      assert.ok(isCold(await costOfTrigger()));
      await close(uri);
      await open(uri);
      return await costOfTrigger();
    } finally {
      await closeAll();
      await remove();
    }
  };

  it('leaves nothing behind where nothing is to be kept', async () => {
    assert.ok(isCold(await costWhenOpenedAgain(false)));
  });

  it('starts warm when it is opened again', async () => {
    const cost = await costWhenOpenedAgain(true);
    assert.ok(cost.reused > cost.prompt / 2, JSON.stringify(cost));
  });
});

describe('asking by command', () => {
  after(closeAll);

  it('gives several suggestions to choose from', async () => {
    await setModel(undefined); // the bundled one: a model that recites has one thing to say
    const picture = 'function mean(values: number[]): number {\n  const total = █\n}\n';
    const offered = async (steps: number): Promise<string> => {
      const editor = await openText('typescript', picture);
      await loggedAfter(/^offered/, trigger);
      for (let step = 0; step < steps; step++)
        await vscode.commands.executeCommand('editor.action.inlineSuggest.showNext');
      assert.equal(await commit(editor), true);
      const text = editor.document.getText();
      await closeAll();
      return text;
    };
    // Until the model has taken in the workspace's files, another text may come first.
    let first = '';
    for (let newest = await offered(0); newest !== first; newest = await offered(0)) first = newest;
    const texts = [first, await offered(1), await offered(2)];
    assert.equal(new Set(texts).size, 3, texts.join('\n'));
  });
});

/** As a person opens it: documents that an extension opens are kept for minutes after their editor was closed. */
async function open(uri: vscode.Uri): Promise<void> {
  const at = new vscode.Position(41, 2);
  await vscode.commands.executeCommand('vscode.open', uri, { selection: new vscode.Range(at, at) });
}

async function close(uri: vscode.Uri): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    const listening = vscode.workspace.onDidCloseTextDocument((document) => {
      if (document.uri.toString() !== uri.toString()) return;
      listening.dispose();
      resolve();
    });
  });
  await closeAll();
  const late = sleep(CLOSE_TIMEOUT_MS).then(() => Promise.reject(new Error('The document stays open.')));
  await Promise.race([closed, late]);
}
