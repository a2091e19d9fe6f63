import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A model from outside can end the whole extension host while it loads (out of memory, an abort in native code), and the
 * editor would start it, and the model, again and again. So a file stands while such a model loads: one that is still
 * there though its process is gone means that this model must not be opened again by itself.
 */
export interface LoadMarker {
  /** Whether a load of this model ended its process. */
  crashed(model: string): boolean;
  begin(model: string): void;
  end(): void;
  /** The user wants to try again. */
  forgive(model: string): void;
}

export interface LoadMarkerParts {
  /** A folder of the extension's own. */
  folder: string;
  processId: number;
  isAlive: (processId: number) => boolean;
}

const NAME = /^loading-(\d+)\.txt$/;

export function loadMarker({ folder, processId, isAlive }: LoadMarkerParts): LoadMarker {
  const own = join(folder, `loading-${processId}.txt`);
  const left = (): { file: string; model: string }[] =>
    filesIn(folder).flatMap((name) => {
      const id = Number(NAME.exec(name)?.[1] ?? Number.NaN);
      if (Number.isNaN(id) || id === processId || isAlive(id)) return [];
      const file = join(folder, name);
      return [{ file, model: textOf(file) }];
    });
  return {
    crashed: (model) => left().some((marker) => marker.model === model),
    begin: (model) => {
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(own, model);
      } catch {
        // A full or read-only disk costs the warning after a crash, not the model.
      }
    },
    end: () => {
      remove(own);
    },
    forgive: (model) => {
      for (const marker of left()) if (marker.model === model) remove(marker.file);
    },
  };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Made at the first use.
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // Another window has just removed it.
  }
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It could not be written either.
  }
}
