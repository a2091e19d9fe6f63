/**
 * Models from the hub: which there are ({@link CATALOGUE}), which fit ({@link rankModels} with {@link readMachine}), getting one
 * ({@link install}), and what is there ({@link listModels}, {@link removeModel}, {@link verifyModel}). The caller names the
 * models folder; several processes may share it.
 */
export { CATALOGUE, findModel, type CatalogueModel, type FimKind } from './catalogue.ts';
export { fitOf, rankModels, type Fit, type FitReason, type ModelSize } from './fit.ts';
export { HubError, HubUnavailableError, type HubErrorKind } from './hub/errors.ts';
export { networkFetch, type Network } from './hub/network-fetch.ts';
export type { DownloadProgress } from './hub/progress.ts';
export { inspect, type Inspection, type InspectOptions } from './inspect.ts';
export { install, type InstallOptions, type InstallProgress } from './install.ts';
export { listModels, removeModel, verifyModel, type InstalledModel } from './installed.ts';
export { measureBandwidth, readMachine, type Machine } from './machine.ts';
export { modelName } from './model-name.ts';
export type { ModelRecord } from './record.ts';
export { sizeText } from './size-text.ts';
