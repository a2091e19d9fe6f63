import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { manifest } from './manifest.ts';

const { contributes } = manifest;
const declared = contributes.commands.map(({ command }) => command);
/** commands.ts needs an editor to run, so its table is read as text. */
const implemented = [
  ...readFileSync('extension/commands.ts', 'utf8').matchAll(/^ {4}'(_?mambaComplete\.\w+)':/gm),
]
  .map((match) => match[1] ?? '')
  .sort();

describe('package.json', () => {
  it('declares every command that exists, and no other', () => {
    const internal = ['_mambaComplete.accepted', '_mambaComplete.loadAnyway'];
    assert.deepEqual([...declared, ...internal].sort(), implemented);
  });

  it('names declared commands in menus and walkthroughs', () => {
    const named = [
      ...Object.values(contributes.menus).flatMap((entries) => entries.map(({ command }) => command)),
      ...contributes.walkthroughs.flatMap(({ steps }) =>
        steps.flatMap(({ description }) =>
          [...description.matchAll(/command:(mambaComplete\.\w+)/g)].map((match) => match[1] ?? ''),
        ),
      ),
    ];
    assert.ok(named.length > 0);
    assert.deepEqual(
      named.filter((command) => !declared.includes(command)),
      [],
    );
  });

  it('points to files that exist', () => {
    const files = [
      manifest.icon,
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
    ];
    assert.deepEqual(
      files.filter((file) => !existsSync(file)),
      [],
    );
  });

  it('lets no untrusted workspace choose a model or where models come from, take memory or keep anything on disk', () => {
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, [
      'mambaComplete.model',
      'mambaComplete.hub.endpoint',
      'mambaComplete.stateMemory',
      'mambaComplete.keepStates',
    ]);
  });

  it('takes no keys', () => {
    assert.equal('keybindings' in contributes, false);
  });
});
