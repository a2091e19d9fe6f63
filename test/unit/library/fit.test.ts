import assert from 'node:assert/strict';
import { CATALOGUE, findModel, type CatalogueModel } from '../../../engine/library/catalogue.ts';
import { fitOf, rankModels } from '../../../engine/library/fit.ts';
import { readMachine, type Machine } from '../../../engine/library/machine.ts';
import { modelName } from '../../../engine/library/model-name.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const GB = 1e9;
const BIG: Machine = { totalMemory: 64 * GB, freeMemory: 48 * GB, freeDisk: 500 * GB, bandwidth: 200 * GB };

function model(id: string): CatalogueModel {
  return findModel(id) ?? assert.fail(id);
}

describe('library: catalogue', () => {
  it('has every model once, with names that are folders everywhere', () => {
    assert.equal(CATALOGUE.length, 12);
    for (const key of ['id', 'repository', 'title'] as const) {
      assert.equal(new Set(CATALOGUE.map((entry) => entry[key])).size, CATALOGUE.length, key);
    }
    for (const { id } of CATALOGUE) assert.equal(modelName(id), id);
  });

  it('finds a model by id, by repository and by the repository that it was first published in', () => {
    assert.equal(findModel('mamba2-130m')?.repository, 'AntonV/mamba2-130m-hf');
    assert.equal(findModel('state-spaces/mamba2-130m')?.id, 'mamba2-130m');
    assert.equal(findModel('MistralAI/mamba-codestral-7b-v0.1')?.id, 'codestral-mamba-7b');
    assert.equal(findModel('mamba2'), undefined);
  });

  // Published by name; the sum over the layers has to come to it.
  for (const [id, millions] of [
    ['mamba2-130m', 129],
    ['mamba2-370m', 368],
    ['mamba2-780m', 780],
    ['mamba2-1.3b', 1344],
    ['mamba2-2.7b', 2703],
  ] as const) {
    it(`${id} has ${millions} million parameters`, () => {
      assert.equal(Math.round(model(id).parameters / 1e6), millions);
    });
  }
});

describe('library: fit', () => {
  it('Codestral Mamba: 14.6 GB to load, 4 GB on disk, within 1.4 times that and its states in memory', () => {
    const fit = fitOf(model('codestral-mamba-7b'), BIG);
    assert.equal((fit.downloadBytes / GB).toFixed(1), '14.6');
    assert.ok(fit.packageBytes > 4.1 * GB && fit.packageBytes < 4.2 * GB, String(fit.packageBytes));
    assert.ok(fit.memoryBytes > 1.4 * fit.packageBytes);
    assert.ok(fit.memoryBytes < 1.4 * fit.packageBytes + 4 * GB);
    assert.ok(fit.diskBytes > fit.downloadBytes + fit.packageBytes);
  });

  it('a token takes as long as reading the package', () => {
    const fit = fitOf(model('codestral-mamba-7b'), { ...BIG, bandwidth: 50 * GB });
    assert.ok(Math.abs(fit.msPerToken - fit.packageBytes / (0.87 * 50 * GB) / 1e-3) < 1e-9);
    assert.equal(fit.verdict, 'slow');
    assert.match(fit.reasons[0]?.text ?? '', /^A token would take about 96 ms on this machine/);
  });

  const wrong: [what: string, machine: Partial<Machine>, verdict: string, kind: string, text: RegExp][] = [
    [
      'too little memory',
      { totalMemory: 8 * GB, freeMemory: 6 * GB },
      'no',
      'memory',
      /this machine has 8\.0 GB, of which 4\.8 GB may be used/,
    ],
    ['too little free memory', { freeMemory: 2 * GB }, 'tight', 'free-memory', /2\.0 GB are free now/],
    [
      'too little disk',
      { freeDisk: 18 * GB },
      'no',
      'disk',
      /Installing needs 19\.0 GB of disk; 18\.0 GB are free/,
    ],
  ];
  for (const [what, machine, verdict, kind, text] of wrong) {
    it(`${what}: ${verdict}, and says why`, () => {
      const fit = fitOf(model('codestral-mamba-7b'), { ...BIG, ...machine });
      assert.equal(fit.verdict, verdict);
      assert.deepEqual(
        fit.reasons.map((reason) => reason.kind),
        [kind],
      );
      assert.match(fit.reasons[0]?.text ?? '', text);
    });
  }

  const recommended: [what: string, machine: Machine, id: string | undefined][] = [
    ['a workstation', BIG, 'codestral-mamba-7b'],
    [
      'a laptop',
      { totalMemory: 16 * GB, freeMemory: 8 * GB, freeDisk: 100 * GB, bandwidth: 40 * GB },
      'granite-4.0-h-micro-base',
    ],
    [
      'a small laptop',
      { totalMemory: 8 * GB, freeMemory: 3 * GB, freeDisk: 20 * GB, bandwidth: 20 * GB },
      'granite-4.0-h-1b-base',
    ],
    [
      'a slow one',
      { totalMemory: 8 * GB, freeMemory: 3 * GB, freeDisk: 20 * GB, bandwidth: 10 * GB },
      'granite-4.0-h-350m-base',
    ],
    ['one without room', { ...BIG, freeDisk: GB / 10 }, undefined],
  ];
  for (const [what, machine, id] of recommended) {
    it(`${what}: ${id ?? 'nothing'} is recommended and stands first`, () => {
      const ranked = rankModels(CATALOGUE, machine);
      assert.equal(ranked.length, CATALOGUE.length);
      const chosen = ranked.filter((fit) => fit.recommended);
      assert.deepEqual(
        chosen.map((fit) => fit.model.id),
        id === undefined ? [] : [id],
      );
      if (id !== undefined) assert.equal(ranked[0]?.recommended, true);
    });
  }

  it('those that fit stand before those that do not, those that infill before those that only continue, the larger first', () => {
    const ranked = rankModels(CATALOGUE, { ...BIG, totalMemory: 4 * GB, freeMemory: 2 * GB });
    const order = ['good', 'tight', 'slow', 'no'];
    const places = ranked.slice(1).map(({ verdict, model }) => {
      const place = 2 * order.indexOf(verdict) + Number(model.fim === 'continuation');
      return [place, -model.parameters] as const;
    });
    const sorted = places.toSorted(([a, sizeOfA], [b, sizeOfB]) => a - b || sizeOfA - sizeOfB);
    assert.deepEqual(places, sorted);
    assert.ok(new Set(places.map(([place]) => place)).size > 3);
  });

  it('this machine has figures, also for a folder that is not there yet', async () => {
    const machine = await readMachine(`${temporaryFolderPath}/not/there`);
    for (const [name, value] of Object.entries(machine)) assert.ok(Number(value) > 1e6, `${name}: ${value}`);
    assert.equal((await readMachine('.', 5)).bandwidth, 5);
  });
  const temporaryFolderPath = temporaryFolder();
});

describe('library: names of folders', () => {
  for (const [name, folder] of [
    ['mistralai/Mamba-Codestral-7B-v0.1', 'mistralai--mamba-codestral-7b-v0.1'],
    ['con', 'model-con'],
    ['NUL.txt', 'model-nul.txt'],
    ['a/b..', 'a--b'],
    ['..', 'model-'],
    ['a:b*c?', 'a-b-c-'],
    ['x'.repeat(300), 'x'.repeat(100)],
  ] as const) {
    it(`${name.slice(0, 40)} -> ${folder.slice(0, 40)}`, () => {
      assert.equal(modelName(name), folder);
    });
  }
});
