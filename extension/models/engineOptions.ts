import { rm } from 'node:fs/promises';
import type { EngineOptions } from '../../engine/index.ts';
import type { Settings } from '../settings.ts';

const MIB = 2 ** 20;

/**
 * How the engine is to be opened. States that are not to be kept are deleted.
 * @param stateFolder where they are
 */
export function engineOptions(
  { threads, stateMemory, keepStates }: Pick<Settings, 'threads' | 'stateMemory' | 'keepStates'>,
  stateFolder: string,
): Omit<EngineOptions, 'worker' | 'model'> {
  // Another window may still write there: what is left is as good as deleted, since nobody reads it.
  if (!keepStates) void rm(stateFolder, { recursive: true, force: true }).catch(() => undefined);
  return {
    threads,
    stateBytes: stateMemory === 0 ? undefined : stateMemory * MIB,
    stateFolder: keepStates ? stateFolder : undefined,
  };
}
