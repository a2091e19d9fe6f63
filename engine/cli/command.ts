import { join } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** One verb of the command line. */
export interface Command {
  usage: string;
  summary: string;
  run: (args: readonly string[]) => Promise<void>;
}

/** The command line itself is wrong; its usage is shown beside the message. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The model that ships: out/cli.js stands beside engine/. */
export const BUNDLED_MODEL = join(__dirname, '..', 'engine', 'bundled');

/** Arguments by Node's own parser, whose complaints are usage errors. */
export function parse<const T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
  positionals: number,
): ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (parsed.positionals.length !== positionals) {
    throw new UsageError(
      `Expected ${positionals} argument${positionals === 1 ? '' : 's'} beside the options, found ${parsed.positionals.length}.`,
    );
  }
  return parsed;
}

/** The value of an option that must be given. */
export function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new UsageError(`${name} is missing.`);
  return value;
}

/** A whole number of at least `least`. */
export function count(value: string, name: string, least = 1): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least) {
    throw new UsageError(`${name}: expected a whole number of at least ${least}, found "${value}".`);
  }
  return number;
}

/** Token ids as `1,2,3`. */
export function ids(value: string | undefined): number[] {
  const list = required(value, '--ids').split(',');
  return list.map((id) => count(id.trim(), '--ids', 0));
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
