import type * as vscode from 'vscode';
import type { EngineState } from '../models/engineHost.ts';
import { failureMessage } from './failureMessage.ts';

/** Writes what becomes of the engine to the log, and tells the user if there will be none. */
export function tellEngineState(state: EngineState, log: vscode.LogOutputChannel, isBundled: boolean): void {
  if (state.kind === 'opening') log.info(`opening the model in ${state.model}`);
  if (state.kind === 'ready') {
    const { name, parameters, layers, bits, vocabularySize, fimFormat, threads, stateBytes, loadMs } =
      state.engine.model;
    log.info(
      `${name} is ready after ${Math.round(loadMs)} ms: ${parameters} parameters in ${layers} layers, ` +
        `${bits} bits a weight, ${vocabularySize} tokens, ${fimFormat} format, ${threads} threads, ` +
        `${stateBytes} bytes a state`,
    );
  }
  if (state.kind === 'ready' && state.instead !== undefined) {
    const { failure } = state.instead;
    log.error(failure.message);
    void failureMessage(failure, isBundled, state.engine.model.name);
  }
  if (state.kind === 'failed') {
    const { failure } = state;
    log.error(failure.kind === 'error' ? failure.stack : failure.message);
    void failureMessage(failure, isBundled);
  }
}
