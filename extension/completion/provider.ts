import * as vscode from 'vscode';
import type { Account, CompletionContext } from '../../engine/index.ts';
import type { ReadSettings } from '../configuration.ts';
import { requestLine } from '../status/requestLine.ts';
import type { StatusItems } from '../status/statusItems.ts';
import { DECODE_MS, LATENCY_MS } from './budgets.ts';
import { contextAt } from './contextAt.ts';
import type { Suggestion } from './filters/index.ts';
import { linePrefix } from './filters/lines.ts';
import { itemEdit } from './itemEdit.ts';
import { selectedCompletion } from './selectedCompletion.ts';
import { situation } from './situation.ts';
import { CANCELLED, type Suggester } from './suggester.ts';
import type { Suggestions } from './suggestions.ts';
import { decide } from './trigger.ts';
import type { WarmAhead } from './warmAhead.ts';

/** Offers that may still be accepted: the editor shows the newest, and keeps few others. */
const MOST_OFFERS = 32;

/** Suggestions for who asks by command; the editor cycles through them. */
const ALTERNATIVES = 3;

export interface ProviderParts {
  log: vscode.LogOutputChannel;
  settings: ReadSettings;
  suggester: Suggester;
  suggestions: Suggestions;
  status: StatusItems;
  /** A request has ended that the engine has answered. */
  finished(account: Account): void;
  warmAhead: Pick<WarmAhead, 'shown' | 'mayWarm'>;
}

/** Milliseconds that the answer to an explicit question stays in the status bar. */
const TELL_MS = 8000;

/** Whoever has asked by command is told why nothing appears. */
function tell(reason: string): void {
  vscode.window.setStatusBarMessage(
    vscode.l10n.t('Mamba Complete: nothing to suggest: {0}', reason),
    TELL_MS,
  );
}

/** From the editor's question to its ghost text: may we, what is there, what to say, how to put it. */
export class Provider implements vscode.InlineCompletionItemProvider {
  private readonly offers = new Map<number, { context: CompletionContext; suggestion: Suggestion }>();
  private nextId = 0;
  private lastRefusal = '';

  constructor(private readonly parts: ProviderParts) {}

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    asked: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const started = performance.now();
    const { suggester, status, log } = this.parts;
    const settings = this.parts.settings(document);
    const automatic = asked.triggerKind === vscode.InlineCompletionTriggerKind.Automatic;
    const decision = decide(situation(document, position, automatic, settings.enable));
    if (!decision.offer) return this.refuse(document, decision.reason, automatic);

    const context = this.context(document, position, asked.selectedCompletionInfo);
    if ('reason' in context) return this.refuse(document, context.reason, automatic);

    const { lines, maxTokens, prefixTokens, suffixTokens, debounce, warmAhead, suggestions } = settings;
    const request = {
      context,
      document: document.uri.toString(),
      // The layout after a jump is a makeshift until the plain one is prepared.
      bridges: warmAhead !== 'never',
      alternatives: automatic ? 1 : ALTERNATIVES,
      // Who asks by command wants to see what there is.
      suggestions: automatic ? suggestions : ('all' as const),
      lines,
      maxTokens,
      prefixTokens,
      suffixTokens,
      latencyMs: LATENCY_MS,
      decodeMs: automatic ? DECODE_MS.automatic : DECODE_MS.explicit,
      deepens: this.parts.warmAhead.mayWarm(document),
    };
    const wish = { request, automatic, debounce };
    const cancelled = new AbortController();
    const listening = token.onCancellationRequested(() => {
      cancelled.abort();
    });
    if (token.isCancellationRequested) cancelled.abort();
    const offer = await status
      .during(() => suggester.suggest(wish, cancelled.signal))
      .finally(() => {
        listening.dispose();
      });

    const line = requestLine(offer, performance.now() - started);
    const isAnswered = offer.kind === 'offered' || offer.reason !== CANCELLED;
    if (isAnswered && offer.account !== undefined) {
      status.finished(offer.account);
      this.parts.finished(offer.account);
    }
    if (offer.kind === 'none' && (offer.account === undefined || !isAnswered))
      this.logRefusal(document, offer.reason, line);
    else {
      log.info(line);
      this.lastRefusal = '';
    }
    if (offer.kind === 'none' && isAnswered && !automatic) tell(offer.reason);
    if (offer.kind === 'none' || cancelled.signal.aborted) return [];
    this.parts.warmAhead.shown(document, request, offer.suggestion);
    return [offer.suggestion, ...(offer.others ?? [])].map((suggestion) =>
      this.item(document, position, asked.selectedCompletionInfo, context, suggestion),
    );
  }

  /** The editor has put in the whole text of this offer. */
  accepted(id: number): void {
    const offer = this.offers.get(id);
    if (offer === undefined) return;
    this.parts.suggestions.accepted(offer.context, offer.suggestion);
    this.parts.log.info(`accepted ${offer.suggestion.text.length} characters`);
  }

  private refuse(document: vscode.TextDocument, reason: string, automatic: boolean): [] {
    if (!automatic) tell(reason);
    this.logRefusal(document, reason, `not offered: ${reason} (${document.languageId})`);
    return [];
  }

  /** Says why, but not at each key: the same reason again goes to the log only where it shows everything. */
  private logRefusal(document: vscode.TextDocument, reason: string, line: string): void {
    const { log } = this.parts;
    if (reason === CANCELLED) {
      log.debug(line);
      return;
    }
    const refusal = `${document.uri.toString()} ${reason}`;
    if (refusal === this.lastRefusal) log.debug(line);
    else log.info(line);
    this.lastRefusal = refusal;
  }

  private context(
    document: vscode.TextDocument,
    position: vscode.Position,
    selected: vscode.SelectedCompletionInfo | undefined,
  ): CompletionContext | { reason: string } {
    const context = contextAt(document, position);
    if (selected === undefined) return context;
    const extended = selectedCompletion(context, position, selected);
    return extended.kind === 'none' ? extended : extended.context;
  }

  private item(
    document: vscode.TextDocument,
    position: vscode.Position,
    selected: vscode.SelectedCompletionInfo | undefined,
    context: CompletionContext,
    suggestion: Suggestion,
  ): vscode.InlineCompletionItem {
    const edit = itemEdit(suggestion, {
      place: position,
      linePrefix: linePrefix(context),
      selected,
      lineEnd: document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n',
    });
    const range = new vscode.Range(edit.line, edit.startCharacter, edit.line, edit.endCharacter);
    const id = this.nextId++;
    this.offers.set(id, { context, suggestion });
    this.offers.delete(id - MOST_OFFERS);
    return new vscode.InlineCompletionItem(edit.text, range, {
      command: '_mambaComplete.accepted',
      title: 'Mamba Complete',
      arguments: [id],
    });
  }
}
