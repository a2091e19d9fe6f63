import type { Account, ModelInfo } from '../../engine/index.ts';
import type { EngineState } from '../models/engineHost.ts';
import type { Localizer } from './localizer.ts';

export interface StatusFacts {
  state: EngineState;
  /** Why nothing is offered in the active editor's document; undefined where suggestions are on. */
  refusal: string | undefined;
  isBusy: boolean;
  /** What the last finished request cost. */
  last: Account | undefined;
}

export interface StatusView {
  /** Text of the status bar item. */
  bar: string;
  /** Text of the language status item. */
  text: string;
  detail: string;
  severity: 'information' | 'error';
  isBusy: boolean;
  /** Lines of the tooltip. */
  tooltip: string[];
}

/** What the status bar and the language status say. */
export function statusView(facts: StatusFacts, l10n: Localizer): StatusView {
  const { state, refusal, isBusy, last } = facts;
  const usual = { severity: 'information' as const, isBusy: false };
  if (state.kind === 'failed') {
    const text = l10n.t('No suggestions: the engine has failed');
    const { message } = state.failure;
    return {
      bar: '$(warning) Mamba',
      text,
      detail: message,
      severity: 'error',
      isBusy: false,
      tooltip: [text, message],
    };
  }
  if (refusal !== undefined) {
    const text = l10n.t('No suggestions here: {0}', refusal);
    return { ...usual, bar: '$(circle-slash) Mamba', text, detail: '', tooltip: [text] };
  }
  if (state.kind === 'opening') {
    const text = l10n.t('Loading the model…');
    return {
      ...usual,
      bar: '$(loading~spin) Mamba',
      text,
      detail: state.model,
      isBusy: true,
      tooltip: [text, state.model],
    };
  }
  if (state.kind === 'closed') {
    const text = l10n.t('The model is loaded when it is first needed');
    return { ...usual, bar: '$(sparkle) Mamba', text, detail: '', tooltip: [text] };
  }
  const { model } = state.engine;
  const instead =
    state.instead === undefined
      ? []
      : [l10n.t('{0} could not be loaded: {1}', state.instead.model, state.instead.failure.message)];
  return {
    ...usual,
    bar: '$(sparkle) Mamba',
    text: model.name,
    detail: modelDetail(model, l10n),
    isBusy,
    tooltip: [
      model.name,
      modelDetail(model, l10n),
      ...instead,
      ...(last === undefined ? [] : lastRequest(last, l10n)),
    ],
  };
}

function modelDetail(model: ModelInfo, l10n: Localizer): string {
  const millions = Math.round(model.parameters / 1e6);
  return l10n.t('{0} M parameters, {1} bits a weight, {2} threads', millions, model.bits, model.threads);
}

function lastRequest(last: Account, l10n: Localizer): string[] {
  return [
    l10n.t(
      'Last request: {0} of {1} prompt tokens known, {2} computed, {3} generated',
      last.reusedTokens,
      last.promptTokens,
      last.advancedTokens,
      last.generatedTokens,
    ),
    l10n.t(
      'First token after {0} ms, done after {1} ms',
      Math.round(last.firstTokenMs),
      Math.round(last.totalMs),
    ),
  ];
}
