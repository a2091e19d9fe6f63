/** What a {@link BadInputError} has to say; every part is shown to the user. */
export interface BadInput {
  /** The file, folder or setting that is wrong. */
  source: string;
  /** The field, tensor or line inside it, if one can be named. */
  field?: string;
  /** What was expected there, with its unit. */
  expected: string;
  /** What was found instead. */
  found: string;
  /** What the user can do about it. */
  action: string;
}

/** Something from outside (a file, a setting, an argument) is not what it should be. Trying again does not help. */
export class BadInputError extends Error {
  override readonly name: string = 'BadInputError';

  constructor(
    readonly input: BadInput,
    options?: ErrorOptions,
  ) {
    const where = input.field === undefined ? input.source : `${input.source}: ${input.field}`;
    super(`${where}: expected ${input.expected}, found ${input.found}. ${input.action}`, options);
  }
}

/** A model does not fit in the memory that is free: it might with less beside it, or anyway. */
export class NotEnoughMemoryError extends BadInputError {
  override readonly name = 'NotEnoughMemoryError';
}

/** Enough to recognize a value by; a whole tensor list would fill the message. */
const MAX_DESCRIPTION = 120;

/** A value of any kind as an error message shows it. */
export function describe(value: unknown): string {
  // JSON has no NaN and no Infinity, and writes both as null.
  if (typeof value === 'number') return String(value);
  // JSON.stringify is typed as string and gives undefined for undefined and for functions.
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) return 'nothing';
  return json.length > MAX_DESCRIPTION ? `${json.slice(0, MAX_DESCRIPTION)}…` : json;
}
