/** A span as OpenTelemetry's SDK takes it, and what it says of the process. */
import { type Attributes, type HrTime, type SpanContext, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { type Kind, microseconds, type Origin, type Reference, type Span } from 'hotpath/telemetry';
import project from '../../package.json' with { type: 'json' };

/** The process, as its spans tell of it. */
export interface Source extends Origin {
  readonly described: Resource;
}

export function sourceOf(service: Readonly<Record<string, string>>): Source {
  const resource = {
    'service.version': project.version,
    'service.instance.id': crypto.randomUUID(),
    'process.pid': process.pid,
    ...service,
  };
  return {
    resource,
    scope: { name: 'hotpath', version: project.version },
    described: resourceFromAttributes(resource),
  };
}

/** What it tells is worked out when it is asked for, which whoever writes Protocol Buffers never does. */
export class EndedSpan implements ReadableSpan {
  readonly span: Span;
  readonly source: Source;

  constructor(span: Span, source: Source) {
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
    return { code: this.span.failure === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR };
  }
  get attributes(): Attributes {
    return known(this.span.attributes);
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
  get resource(): Resource {
    return this.source.described;
  }
  get instrumentationScope(): Source['scope'] {
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
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

/** Milliseconds as seconds and nanoseconds. */
function timeOf(ms: number): HrTime {
  const whole = microseconds(ms);
  return [Math.trunc(whole / 1e6), (whole % 1e6) * 1000];
}
