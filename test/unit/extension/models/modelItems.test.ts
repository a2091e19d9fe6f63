import assert from 'node:assert/strict';
import type { InstalledModel, Machine } from '../../../../engine/index.ts';
import { CATALOGUE } from '../../../../engine/library/catalogue.ts';
import { rankModels } from '../../../../engine/library/fit.ts';
import type { ModelFolder } from '../../../../extension/models/modelFolder.ts';
import { installedItems, modelItems, type ModelItem } from '../../../../extension/models/modelItems.ts';
import { unfinishedOf } from '../../../../extension/models/unfinished.ts';
import { plainLocalizer } from '../plainLocalizer.ts';

const LARGE: Machine = { totalMemory: 64e9, freeMemory: 40e9, freeDisk: 500e9, bandwidth: 200e9 };
const SMALL: Machine = { totalMemory: 8e9, freeMemory: 4e9, freeDisk: 20e9, bandwidth: 10e9 };
const BUNDLED: ModelFolder = { kind: 'bundled', path: '/bundled' };
const CODESTRAL = 'Codestral Mamba 7B';

function installed(change: Partial<InstalledModel> = {}, repository = 'mistralai/Mamba-Codestral-7B-v0.1') {
  return {
    name: 'codestral-mamba-7b',
    state: 'installed' as const,
    package: '/models/codestral-mamba-7b/package',
    bytes: 4.2e9,
    isBusy: false,
    record: {
      version: 1 as const,
      title: CODESTRAL,
      endpoint: 'https://hub',
      repository,
      requested: 'main',
      revision: 'abc',
      licence: 'apache-2.0',
      fim: 'mistral' as const,
      bits: 4 as const,
      block: 64,
      files: null,
    },
    ...change,
  };
}

function itemsOn(machine: Machine, models: InstalledModel[] = [], inUse = BUNDLED): ModelItem[] {
  const survey = { machine, fits: rankModels(CATALOGUE, machine), installed: models };
  return modelItems({ survey, inUse }, plainLocalizer);
}

/** The list as it reads: a line a section, its models behind it. */
function outline(items: readonly ModelItem[]): string[] {
  return items.map((item) => (item.kind === 'section' ? `# ${item.label}` : item.label));
}

function itemOf(items: readonly ModelItem[], title: string) {
  const found = items.find((item) => item.kind === 'model' && item.label.endsWith(title));
  assert.ok(found?.kind === 'model', `no ${title} in ${outline(items).join(', ')}`);
  return found;
}

describe('the list of models', () => {
  it('begins with what is in use, then what suits the machine, and ends with the user’s own', () => {
    const lines = outline(itemsOn(LARGE));
    assert.deepEqual(lines.slice(0, 5), [
      '# In use',
      '$(package) The Bundled Model',
      '# Recommended',
      `$(star-full) ${CODESTRAL}`,
      '# Others',
    ]);
    assert.deepEqual(lines.slice(-3), [
      '# Your own',
      '$(folder-opened) A Folder on This Machine…',
      '$(repo) Another Repository of the Hub…',
    ]);
    assert.equal(lines.filter((line) => !line.startsWith('#')).length, CATALOGUE.length + 3);
  });

  it('says size, licence, speed, memory and format of each', () => {
    const item = itemOf(itemsOn(LARGE), CODESTRAL);
    assert.match(item.description, /^14\.6 GB to download, \d\.\d GB on disk · Apache-2\.0$/);
    assert.match(item.detail, /^Fits · about \d+ ms a token · \d\.\d GB of memory · infills, suffix first$/);
    assert.deepEqual(item.buttons, ['page']);
  });

  it('keeps a model that does not fit, last and with the reason', () => {
    const items = itemsOn(SMALL);
    const item = itemOf(items, CODESTRAL);
    assert.match(item.label, /circle-slash/);
    assert.match(item.detail, /^Does not fit: It needs \d\.\d GB of memory; this machine has 8\.0 GB/);
    assert.equal(item.choice.kind, 'install');
    const lines = outline(items);
    const first = lines.findIndex((line) => line.includes('circle-slash'));
    const others = lines.slice(first, lines.indexOf('# Your own'));
    assert.ok(
      others.every((line) => line.includes('circle-slash')),
      others.join('\n'),
    );
  });

  it('says why a model is slow', () => {
    const slow = itemsOn({ ...LARGE, bandwidth: 20e9 });
    assert.match(itemOf(slow, CODESTRAL).detail, /^A token would take about \d+ ms on this machine/);
  });

  it('offers an installed model once, with buttons, and the bundled one beside it', () => {
    const items = itemsOn(LARGE, [installed()]);
    const item = itemOf(items, CODESTRAL);
    assert.equal(outline(items).filter((line) => line.endsWith(CODESTRAL)).length, 1);
    assert.equal(item.choice.kind, 'use');
    assert.deepEqual(item.buttons, ['verify', 'remove', 'page']);
    assert.equal(item.description, '4.2 GB on disk · Apache-2.0');
  });

  it('marks what is in use, by the folder that the setting names', () => {
    const inUse: ModelFolder = { kind: 'chosen', path: '/models/codestral-mamba-7b/package/' };
    const items = itemsOn(LARGE, [installed()], inUse);
    assert.deepEqual(outline(items).slice(0, 4), [
      '# In use',
      `$(check) ${CODESTRAL}`,
      '# Installed',
      '$(package) The Bundled Model',
    ]);
    assert.equal(itemOf(items, CODESTRAL).choice.kind, 'nothing');
    assert.equal(itemOf(items, 'The Bundled Model').choice.kind, 'bundled');
  });

  it('names a folder of the user’s own that is in use', () => {
    const items = itemsOn(LARGE, [], { kind: 'chosen', path: '/home/ada/my-model' });
    assert.deepEqual(outline(items).slice(0, 2), ['# In use', '$(folder) my-model']);
  });

  it('offers to go on with what is not finished, unless somebody is at it', () => {
    const partial = installed({ state: 'partial', bytes: 3e9 });
    const item = itemOf(itemsOn(LARGE, [partial]), CODESTRAL);
    assert.equal(item.choice.kind, 'resume');
    assert.equal(item.description, '3.0 GB on disk');
    assert.deepEqual(item.buttons, ['remove', 'page']);
    const busy = itemOf(itemsOn(LARGE, [{ ...partial, isBusy: true }]), CODESTRAL);
    assert.equal(busy.choice.kind, 'nothing');
    assert.deepEqual(busy.buttons, ['page']);
  });

  it('shows a repository that no catalogue has, once it is installed', () => {
    const own = installed({}, 'ada/her-model');
    own.record.title = 'ada/her-model';
    const items = itemsOn(LARGE, [own]);
    assert.equal(itemOf(items, 'ada/her-model').description, '4.2 GB on disk · apache-2.0');
    assert.equal(itemOf(items, 'ada/her-model').detail, 'infills, suffix first');
    assert.equal(itemOf(items, CODESTRAL).choice.kind, 'install');
  });

  it('of this machine holds nothing of the hub', () => {
    const survey = { machine: LARGE, fits: rankModels(CATALOGUE, LARGE), installed: [installed()] };
    assert.deepEqual(outline(installedItems({ survey, inUse: BUNDLED }, plainLocalizer)), [
      '# In use',
      '$(package) The Bundled Model',
      '# Installed',
      `$(database) ${CODESTRAL}`,
    ]);
  });
});

describe('what can be gone on with', () => {
  const nobody = (): boolean => false;

  it('is a model that is there in part', () => {
    const models = [installed(), installed({ state: 'partial' }, 'ibm/granite')];
    assert.deepEqual(unfinishedOf(models, nobody), {
      which: 'ibm/granite',
      repository: 'ibm/granite',
      title: CODESTRAL,
    });
    assert.equal(unfinishedOf([installed()], nobody), undefined);
  });

  it('is none that another window or this one is at', () => {
    assert.equal(unfinishedOf([installed({ state: 'partial', isBusy: true })], nobody), undefined);
    assert.equal(
      unfinishedOf([installed({ state: 'partial' })], () => true),
      undefined,
    );
  });
});
