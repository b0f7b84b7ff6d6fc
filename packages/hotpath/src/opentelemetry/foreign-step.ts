/** A span that another library has made, as the parent of spans of this library. */
import type { SpanContext } from '@opentelemetry/api';
import { type Attributes, clockEpoch, type Kind, Span, type Step } from '../telemetry/span.ts';

export class ForeignStep implements Step {
  readonly traceId: string;
  readonly spanId: string;
  readonly isRemote: boolean;
  readonly #record: (span: Span) => void;

  constructor({ traceId, spanId, isRemote = false }: SpanContext, record: (span: Span) => void) {
    this.traceId = traceId;
    this.spanId = spanId;
    this.isRemote = isRemote;
    this.#record = record;
  }

  child(name: string, kind: Kind = 'internal', attributes?: Attributes): Span {
    const { traceId, spanId: parentId, isRemote } = this;
    const start = { traceId, parentId, name, kind, ...(attributes && { attributes }), record: this.#record };
    return new Span(start, isRemote ? undefined : clockEpoch());
  }
}
