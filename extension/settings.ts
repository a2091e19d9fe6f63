import { SUGGESTIONS, type LineMode, type SuggestionsMode } from '../engine/index.ts';

/** Prefix of every setting and command. */
export const SECTION = 'mambaComplete';

/** Where values come from: one `WorkspaceConfiguration`, or a plain object in tests. */
export interface SettingSource {
  get(key: string): unknown;
}

/** A value that cannot be used; the default is used instead. */
export interface BadSetting {
  /** Full name, such as `mambaComplete.maxTokens`. */
  name: string;
  expected: string;
  found: string;
  fallback: string;
}

export interface Definition<T> {
  key: string;
  fallback: T;
  /** What is accepted, in words that follow "expected". */
  expected: string;
  accepts: (value: unknown) => value is T;
  /** Bounds and choices, so that a test can hold package.json to them. */
  minimum?: number;
  maximum?: number;
  choices?: readonly string[];
}

/** `*` stands for every language that is not named. */
export type EnabledLanguages = Readonly<Record<string, boolean>>;

function integer(key: string, fallback: number, minimum: number, maximum: number): Definition<number> {
  return {
    key,
    fallback,
    minimum,
    maximum,
    expected: `an integer from ${minimum} to ${maximum}`,
    accepts: (value): value is number =>
      typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum,
  };
}

/** When the engine may prepare for requests that nobody has made yet. */
export type WarmAheadMode = 'always' | 'spare' | 'never';

const warmAheadModes: readonly WarmAheadMode[] = ['always', 'spare', 'never'];
const lineModes: readonly LineMode[] = ['auto', 'single', 'multiple'];

function isEnabledLanguages(value: unknown): value is EnabledLanguages {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((enabled) => typeof enabled === 'boolean')
  );
}

/** What is loaded over a connection that anybody can change would be no model of the hub's. */
function isEndpoint(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname, search, hash, username } = new URL(value);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isHere);
  return isSafe && search === '' && hash === '' && username === '';
}

export const definitions = {
  enable: {
    key: 'enable',
    fallback: { '*': true, plaintext: false, markdown: false, scminput: false },
    expected: 'an object of language identifiers, each true or false',
    accepts: isEnabledLanguages,
  } as Definition<EnabledLanguages>,
  model: {
    key: 'model',
    fallback: '',
    expected: 'the path of a folder, or an empty string for the bundled model',
    accepts: (value): value is string => typeof value === 'string',
  } as Definition<string>,
  threads: integer('threads', 0, 0, 64),
  lines: {
    key: 'lines',
    fallback: 'auto',
    expected: `one of ${lineModes.map((mode) => `"${mode}"`).join(', ')}`,
    accepts: (value): value is LineMode => lineModes.some((mode) => mode === value),
    choices: lineModes,
  } as Definition<LineMode>,
  maxTokens: integer('maxTokens', 64, 1, 512),
  prefixTokens: integer('window.prefixTokens', 1500, 64, 16_000),
  suffixTokens: integer('window.suffixTokens', 500, 0, 8_000),
  warmAhead: {
    key: 'warmAhead',
    fallback: 'spare',
    expected: `one of ${warmAheadModes.map((mode) => `"${mode}"`).join(', ')}`,
    accepts: (value): value is WarmAheadMode => warmAheadModes.some((mode) => mode === value),
    choices: warmAheadModes,
  } as Definition<WarmAheadMode>,
  /** MiB; 0 chooses by the model and the machine. */
  stateMemory: integer('stateMemory', 0, 0, 65_536),
  keepStates: {
    key: 'keepStates',
    fallback: true,
    expected: 'true or false',
    accepts: (value): value is boolean => typeof value === 'boolean',
  } as Definition<boolean>,
  suggestions: {
    key: 'suggestions',
    fallback: 'balanced',
    expected: `one of ${SUGGESTIONS.map((mode) => `"${mode}"`).join(', ')}`,
    accepts: (value): value is SuggestionsMode => SUGGESTIONS.some((mode) => mode === value),
    choices: SUGGESTIONS,
  } as Definition<SuggestionsMode>,
  localCache: {
    key: 'localCache',
    fallback: true,
    expected: 'true or false',
    accepts: (value): value is boolean => typeof value === 'boolean',
  } as Definition<boolean>,
  endpoint: {
    key: 'hub.endpoint',
    fallback: 'https://huggingface.co',
    expected: 'an address that begins with https:// (http:// for this machine only)',
    accepts: isEndpoint,
  } as Definition<string>,
  /** Milliseconds; -1 adapts to the measured speed of the model on this machine. */
  debounce: integer('debounce', -1, -1, 2_000),
} as const;

/** Every setting, typed. Reads its source at each access, so that a value is never older than the configuration. */
export class Settings {
  constructor(
    private readonly source: SettingSource,
    private readonly report: (problem: BadSetting) => void,
  ) {}

  get enable(): EnabledLanguages {
    return this.read(definitions.enable);
  }

  get model(): string {
    return this.read(definitions.model).trim();
  }

  get threads(): number {
    return this.read(definitions.threads);
  }

  get lines(): LineMode {
    return this.read(definitions.lines);
  }

  get maxTokens(): number {
    return this.read(definitions.maxTokens);
  }

  get prefixTokens(): number {
    return this.read(definitions.prefixTokens);
  }

  get suffixTokens(): number {
    return this.read(definitions.suffixTokens);
  }

  get debounce(): number {
    return this.read(definitions.debounce);
  }

  get warmAhead(): WarmAheadMode {
    return this.read(definitions.warmAhead);
  }

  get stateMemory(): number {
    return this.read(definitions.stateMemory);
  }

  get keepStates(): boolean {
    return this.read(definitions.keepStates);
  }

  get suggestions(): SuggestionsMode {
    return this.read(definitions.suggestions);
  }

  get localCache(): boolean {
    return this.read(definitions.localCache);
  }

  get endpoint(): string {
    return this.read(definitions.endpoint);
  }

  private read<T>(definition: Definition<T>): T {
    const value = this.source.get(definition.key);
    if (value === undefined || value === null) return definition.fallback;
    if (definition.accepts(value)) return value;
    this.report({
      name: `${SECTION}.${definition.key}`,
      expected: definition.expected,
      found: JSON.stringify(value),
      fallback: JSON.stringify(definition.fallback),
    });
    return definition.fallback;
  }
}

export function isEnabledFor(enable: EnabledLanguages, languageId: string): boolean {
  return enable[languageId] ?? enable['*'] ?? true;
}

/** Layers of the setting `enable`, weakest first, and which of them a switch writes to. */
export interface EnableLayers {
  layers: readonly (EnabledLanguages | undefined)[];
  target: number;
}

/**
 * The target layer after a language, or `*`, was switched; undefined if nothing is left in it. It names the language only
 * where the answer would be another without: a language switched off and on again follows `*` as before.
 */
export function switched(
  { layers, target }: EnableLayers,
  languageId: string,
  isEnabled: boolean,
): EnabledLanguages | undefined {
  const others = Object.fromEntries(
    Object.entries(layers[target] ?? {}).filter(([name]) => name !== languageId),
  );
  const without = layers
    .with(target, others)
    .reduce<EnabledLanguages>((below, above) => ({ ...below, ...above }), {});
  const own =
    isEnabledFor(without, languageId) === isEnabled ? others : { ...others, [languageId]: isEnabled };
  return Object.keys(own).length === 0 ? undefined : own;
}
