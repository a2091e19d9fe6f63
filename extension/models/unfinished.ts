import type { InstalledModel } from '../../engine/index.ts';

/** A model to install. */
export interface ToInstall {
  /** As the library takes it. */
  which: string;
  repository: string;
  title: string;
}

/**
 * What can be gone on with: a model that is there in part, and that nobody is at.
 * @param isRunning whether this window is
 */
export function unfinishedOf(
  models: readonly InstalledModel[],
  isRunning: (repository: string) => boolean,
): ToInstall | undefined {
  const found = models.find(
    ({ state, isBusy, record }) => state === 'partial' && !isBusy && !isRunning(record.repository),
  );
  if (found === undefined) return undefined;
  const { repository, title } = found.record;
  return { which: repository, repository, title };
}
