/** A span as OpenTelemetry's SDK takes it, and the resource that it is of. */
import { type Attributes, type HrTime, type SpanContext, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { microseconds } from '../telemetry/otlp/spans.ts';
import type { Kind, Reference, Span } from '../telemetry/span.ts';

/** The process, and the library that makes the spans. */
export interface SpanSource {
  readonly resource: ReadableSpan['resource'];
  readonly scope: ReadableSpan['instrumentationScope'];
}

/** A span that has ended, for processors and exporters of the SDK. It computes its fields when they are read. */
export class EndedSpan implements ReadableSpan {
  readonly span: Span;
  readonly source: SpanSource;

  constructor(span: Span, source: SpanSource) {
    this.span = span;
    this.source = source;
  }

  get name(): string {
    return this.span.name;
  }
  get kind(): SpanKind {
    return KINDS[this.span.kind];
  }
  spanContext(): SpanContext {
    return contextOf(this.span);
  }
  /** Nothing for the first of a trace, which the type cannot say of a getter. */
  get parentSpanContext(): SpanContext {
    const { traceId, parentId, hasRemoteParent: isRemote } = this.span;
    return (parentId === undefined ? undefined : contextOf({ traceId, spanId: parentId, isRemote })) as SpanContext;
  }
  get startTime(): HrTime {
    return timeOf(this.span.epoch + this.span.startedAt);
  }
  get endTime(): HrTime {
    return timeOf(this.span.epoch + this.span.endedAt);
  }
  get duration(): HrTime {
    return timeOf(this.span.endedAt - this.span.startedAt);
  }
  get status(): ReadableSpan['status'] {
    const { failure, failureMessage: message } = this.span;
    if (failure === undefined) return { code: SpanStatusCode.UNSET };
    return { code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) };
  }
  get attributes(): Attributes {
    const { common, attributes } = this.span;
    return known({ ...common?.values, ...attributes });
  }
  get links(): ReadableSpan['links'] {
    return this.span.links.map((link) => ({ context: contextOf(link) }));
  }
  get events(): ReadableSpan['events'] {
    const { epoch, events } = this.span;
    return events.map(({ name, at, attributes }) => ({
      name,
      time: timeOf(epoch + at),
      attributes: known(attributes),
      droppedAttributesCount: 0,
    }));
  }
  get resource(): SpanSource['resource'] {
    return this.source.resource;
  }
  get instrumentationScope(): SpanSource['scope'] {
    return this.source.scope;
  }
  get ended(): true {
    return true;
  }
  get droppedAttributesCount(): 0 {
    return 0;
  }
  get droppedEventsCount(): 0 {
    return 0;
  }
  get droppedLinksCount(): 0 {
    return 0;
  }
}

const KINDS: Readonly<Record<Kind, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const SAMPLED = 1;

const contextOf = ({ traceId, spanId, isRemote = false }: Reference): SpanContext => ({
  traceId,
  spanId,
  traceFlags: SAMPLED,
  isRemote,
});

/** Without those of which nothing is known. */
const known = (attributes: Span['attributes']): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) as Attributes;

/** Milliseconds as seconds and nanoseconds. */
function timeOf(ms: number): HrTime {
  const whole = microseconds(ms);
  return [Math.trunc(whole / 1e6), (whole % 1e6) * 1000];
}
