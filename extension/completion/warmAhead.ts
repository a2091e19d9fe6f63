import * as vscode from 'vscode';
import type { CompletionRequest, Engine } from '../../engine/index.ts';
import type { ReadSettings } from '../configuration.ts';
import { afterAcceptance } from './afterAcceptance.ts';
import { LATENCY_MS } from './budgets.ts';
import { contextAt } from './contextAt.ts';
import type { Suggestion } from './filters/index.ts';
import { situation } from './situation.ts';
import { decide } from './trigger.ts';

/**
 * An edit moves the cursor too, and its request comes first. Longer would be too late: in a recorded session requests follow a move
 * by 50 to 80 ms, and 5 ms instead of 40 had them wait for a fifth fewer tokens.
 */
const SETTLE_MS = 5;

export interface WarmAheadParts {
  settings: ReadSettings;
  /** The engine if it is loaded: nobody waits for warming, so it opens none. */
  engine(): Engine | undefined;
  /** Whether the machine has time to spare. */
  hasSpareTime(): boolean;
}

/** Where the cursor goes, a request is likely to follow: the engine prepares for it while the user looks for the next key. */
export class WarmAhead {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What the cursor's place was prepared by and for last: nothing is gained by doing it twice. */
  private last: { engine: Engine; what: string } | undefined;

  constructor(private readonly parts: WarmAheadParts) {}

  /** The cursor of this editor has moved, or the editor has come to the front. */
  moved(editor: vscode.TextEditor | undefined): void {
    clearTimeout(this.timer);
    if (editor === undefined || editor.selections.length !== 1) return;
    this.timer = setTimeout(() => {
      this.warm(editor);
    }, SETTLE_MS);
  }

  /** A suggestion shows: what follows if it is accepted is likely to be asked for next. */
  shown(document: vscode.TextDocument, request: CompletionRequest, suggestion: Suggestion): void {
    if (document.isClosed || !this.mayWarm(document)) return;
    const context = afterAcceptance(request.context, suggestion);
    this.parts.engine()?.warm({ ...request, alternatives: 1, context });
  }

  /** A document was closed: what was prepared in it is gone. */
  closed(): void {
    this.last = undefined;
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private warm({ document, selection }: vscode.TextEditor): void {
    const engine = this.parts.engine();
    if (engine === undefined || document.isClosed || !this.mayWarm(document)) return;
    const place = selection.active;
    const { enable, lines, maxTokens, prefixTokens, suffixTokens } = this.parts.settings(document);
    const latencyMs = LATENCY_MS;
    const where = situation(document, place, false, enable);
    // In the middle of a word nothing is offered, but the next key may be a space.
    if (!decide({ ...where, linePrefix: '', lineSuffix: '' }).offer) return;
    const wish = {
      document: document.uri.toString(),
      lines,
      maxTokens,
      prefixTokens,
      suffixTokens,
      latencyMs,
    };
    const what = JSON.stringify([wish, document.languageId, document.version, document.offsetAt(place)]);
    if (this.last?.engine === engine && this.last.what === what) return;
    this.last = { engine, what };
    engine.warm({ ...wish, context: contextAt(document, place) });
  }

  /** Whether the engine may prepare for requests in this document now. */
  mayWarm(document: vscode.TextDocument): boolean {
    const { warmAhead } = this.parts.settings(document);
    return warmAhead === 'always' || (warmAhead === 'spare' && this.parts.hasSpareTime());
  }
}
