/** The engine's face: plain data in, text and an account out. Nothing here knows of an editor, a token id or a tensor. */

export { leftOf } from './completion/left-of.ts';
export type { ModelInfo } from './completion/open-completer.ts';
export type {
  ChoiceReason,
  FormatFigures,
  Measurement,
  MeasuredFile,
  MeasureProgress,
  MeasureRequest,
} from './completion/measuring/measurement.ts';
export type { CompletionRequest } from './completion/request.ts';
export type { Account, CompletionResult, NoCompletionReason, StopReason } from './completion/result.ts';
export { SUGGESTIONS, type Suggestions as SuggestionsMode } from './decoding/index.ts';
export { scanBrackets, type Scan, type TextLines as LineMode } from './decoding/index.ts';
export { BadInputError, NotEnoughMemoryError, type BadInput } from './errors.ts';
// Types only: the rest of the library lives in its worker, and would make the editor's start slower.
export type {
  CatalogueModel,
  Fit,
  FimKind,
  Inspection,
  InstalledModel,
  InstallProgress,
  Machine,
  ModelSize,
  Network,
} from './library/index.ts';
export { sizeText } from './library/size-text.ts';
export { LibraryError, openLibrary, StoppedError, type Library } from './library/worker/client.ts';
export type { HubAccess, LibraryFailureKind, Survey } from './library/worker/protocol.ts';
export { isAlive } from './process-alive.ts';
export type { CompletionContext, FimFormatName } from './prompt/index.ts';
export { CODE_EXTENSIONS, languageOf } from './prompt/language.ts';
export { openEngine, type EngineOptions } from './worker/client.ts';
export { EngineGoneError, type Engine } from './worker/engine.ts';
