import type { EngineOptions } from '../../engine/index.ts';
import type { Settings } from '../settings.ts';
import { forgetStates } from './forgetStates.ts';

const MIB = 2 ** 20;

/**
 * How the engine is to be opened. States that are not to be kept are deleted.
 * @param stateFolder where they are
 * @param isBundled whether the model is the one that ships: how the local cache is mixed in was fitted with it; others check what it guesses
 */
export function engineOptions(
  {
    threads,
    stateMemory,
    keepStates,
    localCache,
  }: Pick<Settings, 'threads' | 'stateMemory' | 'keepStates' | 'localCache'>,
  stateFolder: string,
  isBundled: boolean,
): Omit<EngineOptions, 'worker' | 'model'> {
  if (!keepStates) void forgetStates(stateFolder);
  return {
    threads,
    stateBytes: stateMemory === 0 ? undefined : stateMemory * MIB,
    localCache: !localCache ? undefined : isBundled ? 'mixes' : 'drafts',
    stateFolder: keepStates ? stateFolder : undefined,
  };
}
