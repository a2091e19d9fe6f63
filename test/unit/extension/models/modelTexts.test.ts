import assert from 'node:assert/strict';
import type { InstallProgress, LibraryFailureKind, Machine } from '../../../../engine/index.ts';
import { findModel } from '../../../../engine/library/catalogue.ts';
import { fitOf } from '../../../../engine/library/fit.ts';
import { confirmation } from '../../../../extension/models/confirmation.ts';
import { libraryFailure } from '../../../../extension/models/libraryFailure.ts';
import { progressView } from '../../../../extension/models/progressText.ts';
import { repositoryName } from '../../../../extension/models/repositoryName.ts';
import { sizeText } from '../../../../engine/library/size-text.ts';
import { plainLocalizer } from '../plainLocalizer.ts';

const MACHINE: Machine = { totalMemory: 64e9, freeMemory: 40e9, freeDisk: 500e9, bandwidth: 200e9 };

describe('before a download', () => {
  const confirm = (machine: Machine, licence: string | null = 'Apache-2.0') => {
    const model = findModel('codestral-mamba-7b');
    assert.ok(model);
    const { title, repository } = model;
    const facts = {
      title,
      repository,
      licence,
      endpoint: 'https://mirror.example',
      fit: fitOf(model, machine),
    };
    return confirmation(facts, plainLocalizer);
  };

  it('licence, size and origin are shown', () => {
    const { message, detail, accept, isWarning } = confirm(MACHINE);
    assert.equal(message, 'Download Codestral Mamba 7B?');
    assert.match(detail, /Licence: Apache-2\.0\./);
    assert.match(detail, /14\.6 GB are loaded from mirror\.example\/mistralai\/Mamba-Codestral-7B-v0\.1/);
    assert.equal(accept, 'Download');
    assert.equal(isWarning, false);
  });

  it('a model that does not fit says why, first', () => {
    const { message, detail, accept, isWarning } = confirm({ ...MACHINE, totalMemory: 8e9 });
    assert.match(message, /does not fit this machine/);
    assert.match(detail, /^It needs \d\.\d GB of memory; this machine has 8\.0 GB/);
    assert.equal(accept, 'Download Anyway');
    assert.equal(isWarning, true);
  });

  it('one that is only slow can be downloaded, with the reason', () => {
    const { accept, isWarning, detail } = confirm({ ...MACHINE, bandwidth: 10e9 });
    assert.match(detail, /^A token would take about/);
    assert.equal(accept, 'Download');
    assert.equal(isWarning, true);
  });

  it('a model card without a licence is no licence', () => {
    assert.match(confirm(MACHINE, null).detail, /Licence: none is named\./);
  });
});

describe('progress of an installation', () => {
  const cases: [InstallProgress, string, number][] = [
    [{ phase: 'looking' }, 'asking the hub for the files…', 0],
    [
      {
        phase: 'downloading',
        bytes: 7.3e9,
        total: 14.6e9,
        bytesPerSecond: 20e6,
        secondsLeft: 365,
        file: 'a',
      },
      'downloading, 50 % of 14.6 GB, 20.0 MB/s, 7 min left',
      0.4,
    ],
    [
      { phase: 'downloading', bytes: 0, total: 14.6e9, bytesPerSecond: 0, secondsLeft: null, file: 'a' },
      'downloading, 0 % of 14.6 GB',
      0,
    ],
    [
      { phase: 'downloading', bytes: 0, total: 14.6e9, bytesPerSecond: 2e6, secondsLeft: 7300, file: 'a' },
      'downloading, 0 % of 14.6 GB, 2.0 MB/s, 2 h 2 min left',
      0,
    ],
    [
      { phase: 'converting', done: 5e9, total: 10e9, bytesPerSecond: 250e6 },
      'converting, 50 %, 250.0 MB/s, 20 s left',
      0.9,
    ],
    [{ phase: 'converting', done: 10, total: 10, bytesPerSecond: 5e6 }, 'converting, 100 %, 5.0 MB/s', 1],
    [{ phase: 'converting', done: 0, total: 0, bytesPerSecond: 0 }, 'converting, 0 %', 0.8],
  ];
  for (const [progress, message, fraction] of cases) {
    it(`"${message}"`, () => {
      const view = progressView(progress, plainLocalizer);
      assert.equal(view.message, message);
      assert.ok(Math.abs(view.fraction - fraction) < 1e-9, String(view.fraction));
    });
  }
});

describe('what a failure offers', () => {
  const first: Record<LibraryFailureKind, string> = {
    gated: 'token',
    'not-found': 'choose',
    refused: 'settings',
    'web-page': 'retry',
    'wrong-content': 'retry',
    'full-disk': 'retry',
    unavailable: 'retry',
    held: 'retry',
    unusable: 'choose',
    'bad-input': 'choose',
    unexpected: 'log',
  };
  for (const [kind, action] of Object.entries(first) as [LibraryFailureKind, string][]) {
    it(`${kind}: ${action} first, and the model's name`, () => {
      const { message, actions } = libraryFailure({ kind, message: 'details.' }, 'Granite', plainLocalizer);
      assert.equal(actions[0], action);
      assert.ok(message.startsWith('Granite: '), message);
      assert.equal(new Set(actions).size, actions.length);
    });
  }

  it('what only the library knows is in the message', () => {
    for (const kind of ['unusable', 'bad-input', 'refused', 'unexpected'] as const) {
      assert.match(
        libraryFailure({ kind, message: 'details.' }, 'Granite', plainLocalizer).message,
        /details\./,
      );
    }
  });
});

describe('a repository that is typed or pasted', () => {
  const cases: [string, string | undefined][] = [
    ['mistralai/Mamba-Codestral-7B-v0.1', 'mistralai/Mamba-Codestral-7B-v0.1'],
    [' owner/name ', 'owner/name'],
    ['https://huggingface.co/owner/name', 'owner/name'],
    ['https://huggingface.co/owner/name/', 'owner/name'],
    ['https://huggingface.co/owner/name/tree/main', 'owner/name'],
    ['https://huggingface.co/datasets/owner/name', undefined],
    ['name', undefined],
    ['a/b/c', undefined],
    ['../..', undefined],
    ['', undefined],
  ];
  for (const [typed, expected] of cases) {
    it(`"${typed}" is ${expected ?? 'none'}`, () => {
      assert.equal(repositoryName(typed), expected);
    });
  }
});

describe('sizes', () => {
  it('read as people compare them', () => {
    assert.deepEqual([14_570_807_296, 1e9, 999e6, 536_870_912, 4].map(sizeText), [
      '14.6 GB',
      '1.0 GB',
      '999 MB',
      '537 MB',
      '0 MB',
    ]);
  });
});
