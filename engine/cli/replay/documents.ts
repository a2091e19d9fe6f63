import { edit, moveTo, type Document, type Misfit } from './document.ts';
import { badLine, type TraceEvent } from './trace.ts';

/** The documents of a session, as its events leave them. */
export class Documents {
  private readonly documents = new Map<number, Document>();

  /** @param source what errors call the trace */
  constructor(private readonly source: string) {}

  /**
   * Applies an event.
   * @returns the document that it speaks of
   * @throws BadInputError if the event does not fit the document
   */
  apply(event: TraceEvent): Document | undefined {
    switch (event.kind) {
      case 'cancel':
        return undefined;
      case 'open':
        return this.keep(event, event.doc, { path: event.path, text: event.text, cursor: 0 });
      case 'edit':
        return this.keep(event, event.doc, edit(this.get(event, event.doc), event.changes));
      case 'select': {
        const document = this.get(event, event.doc);
        const ends = event.selection.map(([anchor, active]) => moveTo(document, Math.max(anchor, active)));
        const misfit = ends.find((end) => 'expected' in end);
        const active = event.selection[0]?.[1] ?? document.cursor;
        return this.keep(event, event.doc, misfit ?? moveTo(document, active));
      }
      case 'request':
      case 'accept':
        return this.get(event, event.doc);
    }
  }

  private get(event: TraceEvent, doc: number): Document {
    const document = this.documents.get(doc);
    if (document !== undefined) return document;
    throw badLine(this.source, event.line, 'a document that was opened before', `document ${doc}`);
  }

  private keep(event: TraceEvent, doc: number, document: Document | Misfit): Document {
    if ('expected' in document) throw badLine(this.source, event.line, document.expected, document.found);
    this.documents.set(doc, document);
    return document;
  }
}
