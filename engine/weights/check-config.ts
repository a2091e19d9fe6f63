type Wrong = (field: string, expected: string, found: unknown) => never;

const MAX_LAYERS = 4096;

const SIZES = [
  'hiddenSize',
  'layers',
  'heads',
  'headDim',
  'groups',
  'stateSize',
  'convKernel',
  'vocabularySize',
] as const;

/** Throws `wrong` where a manifest's config is not the shape of a model. */
export function checkConfig(config: unknown, wrong: Wrong): void {
  if (typeof config !== 'object' || config === null) return wrong('config', 'an object', config);
  const fields = config as Record<string, unknown>;
  const { architecture } = fields;
  if (architecture !== 'mamba2' && architecture !== 'granite-hybrid') {
    wrong('config.architecture', '"mamba2" or "granite-hybrid"', architecture);
  }
  checkSizes(fields, SIZES, 'config', wrong);
  if (fields['convKernel'] === 1) wrong('config.convKernel', 'at least 2: this column and those kept', 1);
  // More would fill the memory with names of tensors before the first of them is missed.
  if (Number(fields['layers']) > MAX_LAYERS) {
    wrong('config.layers', `at most ${MAX_LAYERS}`, fields['layers']);
  }
  if (!Number.isInteger(Number(fields['heads']) / Number(fields['groups']))) {
    wrong('config.groups', `a divisor of the number of heads, ${String(fields['heads'])}`, fields['groups']);
  }
  const { epsilon } = fields;
  if (!isFiniteNumber(epsilon) || epsilon <= 0) wrong('config.epsilon', 'a positive number', epsilon);
  const { min, max } = (fields['timeStepLimit'] ?? {}) as Record<string, unknown>;
  if (!isFiniteNumber(min) || min < 0 || (max !== null && !(isFiniteNumber(max) && max > min))) {
    wrong('config.timeStepLimit', 'min of at least 0, and max above it or null', fields['timeStepLimit']);
  }
  if (typeof fields['tiedHead'] !== 'boolean') wrong('config.tiedHead', 'true or false', fields['tiedHead']);
  for (const name of ['bosTokenId', 'eosTokenId']) {
    const id = fields[name];
    if (id !== null && !(Number.isInteger(id) && Number(id) >= 0)) {
      wrong(`config.${name}`, 'a token id or null', id);
    }
  }
  if (architecture === 'granite-hybrid') checkGranite(fields, wrong);
}

function checkGranite(fields: Record<string, unknown>, wrong: Wrong): void {
  const attention = recordOf(fields['attention']);
  checkSizes(attention, ['heads', 'kvHeads', 'headDim'], 'config.attention', wrong);
  checkSizes(fields, ['mlpSize'], 'config', wrong);
  if (!Number.isInteger(Number(attention['heads']) / Number(attention['kvHeads']))) {
    wrong('config.attention.kvHeads', 'a divisor of the number of heads', attention['kvHeads']);
  }
  if (typeof attention['bias'] !== 'boolean')
    wrong('config.attention.bias', 'true or false', attention['bias']);
  const layers: unknown = attention['layers'];
  const isAscending = (list: readonly unknown[]): boolean =>
    list.every(
      (layer, at) =>
        Number.isInteger(layer) &&
        Number(layer) > Number(list[at - 1] ?? -1) &&
        Number(layer) < Number(fields['layers']),
    );
  if (!Array.isArray(layers) || !isAscending(layers) || layers.length === fields['layers']) {
    wrong('config.attention.layers', 'some of the layers, ascending, not all', layers);
  }
  const multipliers = recordOf(fields['multipliers']);
  for (const name of ['embedding', 'residual', 'logits', 'attention']) {
    const value = multipliers[name];
    if (!isFiniteNumber(value) || value <= 0) wrong(`config.multipliers.${name}`, 'a positive number', value);
  }
}

function checkSizes(
  fields: Record<string, unknown>,
  names: readonly string[],
  at: string,
  wrong: Wrong,
): void {
  for (const name of names) {
    const size = fields[name];
    if (!Number.isInteger(size) || Number(size) < 1 || Number(size) > 1 << 20) {
      wrong(`${at}.${name}`, 'an integer from 1 to 1048576', size);
    }
  }
}

const recordOf = (value: unknown): Record<string, unknown> => (value ?? {}) as Record<string, unknown>;

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
