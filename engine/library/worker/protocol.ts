import type { Fit } from '../fit.ts';
import type { HubErrorKind } from '../hub/errors.ts';
import type { Network } from '../hub/network-fetch.ts';
import type { Inspection } from '../inspect.ts';
import type { InstallProgress } from '../install.ts';
import type { InstalledModel } from '../installed.ts';
import type { Machine } from '../machine.ts';

/** The hub and the way there. */
export interface HubAccess {
  endpoint?: string | undefined;
  token?: string | undefined;
  network: Network;
}

/** What there is on a machine, and what could be. */
export interface Survey {
  machine: Machine;
  /** Every model of the catalogue, the recommended one first. */
  fits: readonly Fit[];
  installed: readonly InstalledModel[];
}

/** Of the machine's memory: other programs can only make it seem less, so that the most that was ever measured counts. */
export interface KnownBandwidth {
  /** Bytes a second, as measured before. */
  known: number | undefined;
  /** Whether to measure again; without a known one it is measured anyway. */
  measures: boolean;
}

/** What a worker is started for; each does one thing and ends. */
export type LibraryTask =
  | { kind: 'survey'; models: string; bandwidth: KnownBandwidth }
  | { kind: 'list'; models: string }
  | { kind: 'inspect'; repository: string; machine: Machine; hub: HubAccess }
  | { kind: 'install'; which: string; revision: string | undefined; models: string; hub: HubAccess }
  | { kind: 'remove'; models: string; name: string }
  | { kind: 'verify'; models: string; name: string };

/** What each task gives. */
export interface LibraryResults {
  survey: Survey;
  list: readonly InstalledModel[];
  inspect: Inspection;
  install: InstalledModel;
  remove: null;
  verify: null;
}

export type FromLibrary =
  | { kind: 'progress'; progress: InstallProgress }
  | { kind: 'done'; result: LibraryResults[keyof LibraryResults] }
  | { kind: 'failed'; failure: LibraryFailure };

/**
 * Why something was not done, beside what the hub may say: `unavailable`: it was not reached, what has arrived is kept; `held`:
 * another window is at this model; `bad-input`; `unexpected`: a bug.
 */
export type LibraryFailureKind = HubErrorKind | 'unavailable' | 'held' | 'bad-input' | 'unexpected';

/** An error as it crosses the thread boundary: a structured clone loses the class. */
export interface LibraryFailure {
  kind: LibraryFailureKind;
  message: string;
  stack?: string | undefined;
}
