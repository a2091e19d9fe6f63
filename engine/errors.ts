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
  override readonly name = 'BadInputError';

  constructor(
    readonly input: BadInput,
    options?: ErrorOptions,
  ) {
    const where = input.field === undefined ? input.source : `${input.source}: ${input.field}`;
    super(`${where}: expected ${input.expected}, found ${input.found}. ${input.action}`, options);
  }
}
