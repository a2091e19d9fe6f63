import assert from 'node:assert/strict';
import {
  definitions,
  isEnabledFor,
  SECTION,
  Settings,
  switched,
  type BadSetting,
  type Definition,
  type EnabledLanguages,
} from '../../../extension/settings.ts';
import { manifest } from './manifest.ts';

const all: Definition<unknown>[] = Object.values(definitions);
const { properties } = manifest.contributes.configuration;

function settingsOf(values: Record<string, unknown>) {
  const problems: BadSetting[] = [];
  const settings = new Settings({ get: (key) => values[key] }, (problem) => problems.push(problem));
  return { settings, problems };
}

describe('settings', () => {
  it('are those that package.json declares', () => {
    assert.deepEqual(all.map(({ key }) => `${SECTION}.${key}`).sort(), Object.keys(properties).sort());
  });

  for (const definition of all) {
    const property = properties[`${SECTION}.${definition.key}`];

    it(`${definition.key} has the default, the bounds and the choices that package.json says`, () => {
      assert.deepEqual(property?.default, definition.fallback);
      assert.equal(property?.minimum, definition.minimum);
      assert.equal(property?.maximum, definition.maximum);
      assert.deepEqual(property?.enum, definition.choices);
      assert.equal(property?.markdownEnumDescriptions?.length, definition.choices?.length);
      assert.equal(definition.accepts(definition.fallback), true);
    });

    it(`${definition.key} has a description, a scope and a place`, () => {
      assert.ok((property?.markdownDescription.length ?? 0) > 40);
      assert.ok(
        ['window', 'machine', 'machine-overridable', 'language-overridable'].includes(property?.scope ?? ''),
      );
      assert.equal(typeof property?.order, 'number');
    });
  }

  it('are the defaults where nothing is set', () => {
    const { settings, problems } = settingsOf({});
    assert.equal(settings.maxTokens, 64);
    assert.equal(settings.lines, 'auto');
    assert.equal(settings.debounce, -1);
    assert.deepEqual(problems, []);
  });

  it('are what is set', () => {
    const { settings, problems } = settingsOf({
      enable: { '*': false, go: true },
      model: ' /models/a ',
      threads: 3,
      lines: 'single',
      maxTokens: 8,
      'window.prefixTokens': 64,
      'window.suffixTokens': 0,
      debounce: 0,
      warmAhead: 'never',
      stateMemory: 64,
      keepStates: false,
    });
    const { enable, model, threads, lines, maxTokens, prefixTokens, suffixTokens, debounce } = settings;
    const { warmAhead, stateMemory, keepStates } = settings;
    assert.deepEqual(
      { warmAhead, stateMemory, keepStates },
      { warmAhead: 'never', stateMemory: 64, keepStates: false },
    );
    assert.deepEqual(
      { enable, model, threads, lines, maxTokens, prefixTokens, suffixTokens, debounce },
      {
        enable: { '*': false, go: true },
        model: '/models/a',
        threads: 3,
        lines: 'single',
        maxTokens: 8,
        prefixTokens: 64,
        suffixTokens: 0,
        debounce: 0,
      },
    );
    assert.deepEqual(problems, []);
  });

  it('take a mirror over https, and over http only where it runs on this machine', () => {
    for (const endpoint of ['https://mirror.example/hub', 'http://localhost:8080', 'http://127.0.0.1:1']) {
      const { settings, problems } = settingsOf({ 'hub.endpoint': endpoint });
      assert.equal(settings.endpoint, endpoint);
      assert.deepEqual(problems, []);
    }
  });

  it('lets no workspace say where models come from', () => {
    assert.equal(properties['mambaComplete.hub.endpoint']?.scope, 'machine');
  });

  it('say what is wrong with a value, and use the default', () => {
    const { settings, problems } = settingsOf({ maxTokens: 'many' });
    assert.equal(settings.maxTokens, 64);
    assert.deepEqual(problems, [
      {
        name: 'mambaComplete.maxTokens',
        expected: 'an integer from 1 to 512',
        found: '"many"',
        fallback: '64',
      },
    ]);
  });

  const wrong: [string, unknown, (settings: Settings) => unknown, unknown][] = [
    ['maxTokens', 0, (s) => s.maxTokens, 64],
    ['maxTokens', 1.5, (s) => s.maxTokens, 64],
    ['threads', -1, (s) => s.threads, 0],
    ['lines', 'some', (s) => s.lines, 'auto'],
    ['model', 7, (s) => s.model, ''],
    ['debounce', 2001, (s) => s.debounce, -1],
    ['warmAhead', true, (s) => s.warmAhead, 'spare'],
    ['warmAhead', 'sometimes', (s) => s.warmAhead, 'spare'],
    ['stateMemory', -1, (s) => s.stateMemory, 0],
    ['stateMemory', 65_537, (s) => s.stateMemory, 0],
    ['hub.endpoint', 'http://mirror.example', (s) => s.endpoint, 'https://huggingface.co'],
    ['hub.endpoint', 'ftp://mirror.example', (s) => s.endpoint, 'https://huggingface.co'],
    ['hub.endpoint', 'https://user:secret@mirror.example', (s) => s.endpoint, 'https://huggingface.co'],
    ['hub.endpoint', 'https://mirror.example/?a=b', (s) => s.endpoint, 'https://huggingface.co'],
    ['hub.endpoint', '', (s) => s.endpoint, 'https://huggingface.co'],
    ['keepStates', 'no', (s) => s.keepStates, true],
    ['enable', true, (s) => s.enable, definitions.enable.fallback],
    ['enable', ['*'], (s) => s.enable, definitions.enable.fallback],
    ['enable', { go: 'yes' }, (s) => s.enable, definitions.enable.fallback],
  ];
  for (const [key, value, read, fallback] of wrong) {
    it(`do not accept ${JSON.stringify(value)} for ${key}`, () => {
      const { settings, problems } = settingsOf({ [key]: value });
      assert.deepEqual(read(settings), fallback);
      assert.equal(problems.length, 1);
    });
  }

  it('know a language by its name, else by *', () => {
    assert.equal(isEnabledFor({ '*': true, go: false }, 'go'), false);
    assert.equal(isEnabledFor({ '*': false, go: true }, 'go'), true);
    assert.equal(isEnabledFor({ '*': false, go: true }, 'rust'), false);
    assert.equal(isEnabledFor({}, 'rust'), true);
  });
});

describe('switching a language', () => {
  const defaults = definitions.enable.fallback;
  const inUser = (user: EnabledLanguages | undefined, languageId: string, isEnabled: boolean) =>
    switched({ layers: [defaults, user, undefined], target: 1 }, languageId, isEnabled);

  it('off and on leaves no trace, so that it still follows *', () => {
    const off = inUser(undefined, 'python', false);
    assert.deepEqual(off, { python: false });
    assert.equal(inUser(off, 'python', true), undefined);
  });

  it('keeps what is said of others', () => {
    assert.deepEqual(inUser({ go: false, python: false }, 'python', true), { go: false });
  });

  it('says what differs from *', () => {
    assert.deepEqual(inUser({ '*': false }, 'python', true), { '*': false, python: true });
  });

  it('says what differs from a default of its own', () => {
    assert.deepEqual(inUser(undefined, 'markdown', true), { markdown: true });
    assert.equal(inUser({ markdown: true }, 'markdown', false), undefined);
  });

  it('of all languages removes what says the same', () => {
    assert.deepEqual(inUser(undefined, '*', false), { '*': false });
    assert.equal(inUser({ '*': false }, '*', true), undefined);
  });

  it('looks at the layers above and below', () => {
    assert.deepEqual(switched({ layers: [defaults, undefined, { '*': false }], target: 1 }, 'go', true), {
      go: true,
    });
    assert.deepEqual(switched({ layers: [defaults, { go: false }, { go: false }], target: 2 }, 'go', true), {
      go: true,
    });
  });
});
