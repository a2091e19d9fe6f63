import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onBattery } from '../../../../extension/completion/battery.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

describe('the battery', () => {
  const root = temporaryFolder();
  let folders = 0;

  type Supplies = Record<string, Record<string, string>>;
  /** Asks a Linux machine that has these power supplies. */
  const onLinux = (supplies: Supplies): Promise<boolean> => {
    const powerSupplies = join(root, String(folders++));
    mkdirSync(powerSupplies);
    for (const [name, attributes] of Object.entries(supplies)) {
      mkdirSync(join(powerSupplies, name));
      for (const [attribute, value] of Object.entries(attributes))
        writeFileSync(join(powerSupplies, name, attribute), `${value}\n`);
    }
    return onBattery({ platform: 'linux', powerSupplies, run: () => Promise.reject(new Error('not here')) });
  };
  const printing = (platform: NodeJS.Platform, text: string): Promise<boolean> =>
    onBattery({ platform, powerSupplies: '', run: () => Promise.resolve(text) });

  const linux: [string, Supplies, boolean][] = [
    ['a laptop without its adapter', { BAT0: { type: 'Battery', status: 'Discharging' } }, true],
    [
      'the second of two batteries',
      { BAT0: { type: 'Battery', status: 'Not charging' }, BAT1: { type: 'Battery', status: 'Discharging' } },
      true,
    ],
    [
      'a full battery, whatever the adapter is called',
      { ACAD: { type: 'Mains', online: '1' }, BAT0: { type: 'Battery', status: 'Full' } },
      false,
    ],
    ['a battery that its owner keeps at 80 %', { BAT0: { type: 'Battery', status: 'Not charging' } }, false],
    ["a mouse's", { hid: { type: 'Battery', scope: 'Device', status: 'Discharging' } }, false],
    ['an adapter alone', { AC: { type: 'Mains', online: '1' } }, false],
    ['of a machine that has none, nothing', {}, false],
  ];
  for (const [what, supplies, expected] of linux) {
    it(`Linux: ${what} is ${expected ? '' : 'not '}in use`, async () => {
      assert.equal(await onLinux(supplies), expected);
    });
  }

  it('Linux: a machine may have no power supplies at all', async () => {
    const powerSupplies = join(root, 'missing');
    assert.equal(
      await onBattery({ platform: 'linux', powerSupplies, run: () => Promise.resolve('') }),
      false,
    );
  });

  it('macOS: by what draws the power', async () => {
    assert.equal(
      await printing('darwin', "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)"),
      true,
    );
    assert.equal(await printing('darwin', "Now drawing from 'AC Power'\n"), false);
  });

  it('Windows: by the status of each battery', async () => {
    assert.equal(await printing('win32', '1\r\n'), true);
    assert.equal(await printing('win32', '2\r\n5\r\n'), true);
    assert.equal(await printing('win32', '2\r\n'), false);
    assert.equal(await printing('win32', '11\r\n'), false);
    assert.equal(await printing('win32', ''), false);
  });

  it('is not asked for on other systems', async () => {
    assert.equal(await printing('freebsd', '1'), false);
  });
});
