import { BadInputError, describe } from '../errors.ts';

/** No published model here has a dimension beyond 2^20; more would only exhaust memory. */
const MAX_DIMENSION = 1 << 20;

/** What error messages say of architectures. */
export const SUPPORTED = 'a supported architecture: "mamba2", or "granitemoehybrid" without experts';
export const EXAMPLES = 'a Mamba-2 model such as Codestral Mamba, or Granite 4.0-H 350M, 1B or Micro';

/** Some writers spell infinity as `{"__float__": "Infinity"}`. */
function infinityObject(value: unknown): unknown {
  const named = typeof value === 'object' && value !== null && '__float__' in value ? value.__float__ : value;
  return named === 'Infinity' ? Infinity : named;
}

/** Checked access to the fields of a config file. */
export class Fields {
  constructor(
    readonly path: string,
    private readonly values: Record<string, unknown>,
  ) {}

  value(name: string): unknown {
    return this.values[name];
  }

  size(name: string, otherwise?: number): number {
    const value = this.values[name] ?? otherwise;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MAX_DIMENSION) {
      throw this.wrong(name, `an integer from 1 to ${MAX_DIMENSION}`);
    }
    return value;
  }

  positive(name: string, otherwise: number): number {
    const value = this.values[name] ?? otherwise;
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) {
      throw this.wrong(name, 'a positive number');
    }
    return value;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.values[name] ?? otherwise;
    if (typeof value !== 'boolean') throw this.wrong(name, 'true or false');
    return value;
  }

  /** Limits of dt after softplus: no limits where the file has none. */
  timeStepLimit(name: string): { min: number; max: number | null } {
    const limit = this.values[name] ?? [0, Infinity];
    if (!Array.isArray(limit) || limit.length !== 2) throw this.wrong(name, 'two numbers');
    const [min, max] = limit.map(infinityObject);
    if (typeof min !== 'number' || typeof max !== 'number' || !(min >= 0) || !(max > min)) {
      throw this.wrong(name, 'two numbers, the first at least 0 and below the second');
    }
    return { min, max: Number.isFinite(max) ? max : null };
  }

  /** One id, or the first of a list. */
  tokenId(name: string): number | null {
    const all: unknown = this.values[name] ?? null;
    const value: unknown = Array.isArray(all) ? (all[0] ?? null) : all;
    if (value === null) return null;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
      throw this.wrong(name, 'a token id');
    }
    return value;
  }

  /** The engine computes `expected` only; a file that says otherwise would give wrong text without a word. */
  mustBe(name: string, expected: unknown, otherwise: unknown): void {
    if ((this.values[name] ?? otherwise) !== expected) throw this.wrong(name, JSON.stringify(expected));
  }

  wrong(name: string, expected: string): BadInputError {
    return new BadInputError({
      source: this.path,
      field: name,
      expected,
      found: describe(this.values[name]),
      action: 'Download the file again, or choose another model.',
    });
  }
}
