/**
 * A span of the library as code that speaks OpenTelemetry's API sees it: `trace.getActiveSpan()` in a handler is the
 * request's. What that code tells of it is told with the rest when it ends.
 */
import {
  type Span as ApiSpan,
  type Attributes,
  type Exception,
  type Link,
  type SpanContext,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  TraceFlags,
  type TraceState,
} from '@opentelemetry/api';
import type { AttributeValue, Span, Attributes as SpanAttributes } from '../telemetry/span.ts';

export class ActiveSpan implements ApiSpan {
  readonly span: Span;
  readonly #context: SpanContext;

  /** @param traceState what the caller's vendors have passed along. */
  constructor(span: Span, traceState?: TraceState) {
    const { traceId, spanId } = span;
    this.span = span;
    this.#context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, ...(traceState && { traceState }) };
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  isRecording(): boolean {
    return !this.span.hasEnded;
  }

  setAttribute(key: string, value: Attributes[string]): this {
    return this.setAttributes({ [key]: value });
  }

  setAttributes(attributes: Attributes): this {
    this.span.set(ours(attributes));
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    const isTime = isTimeInput(attributesOrTime);
    const attributes = isTime ? {} : ours(attributesOrTime ?? {});
    this.span.event(name, attributes, this.#at(isTime ? attributesOrTime : time));
    return this;
  }

  addLink({ context: { traceId, spanId, isRemote = false } }: Link): this {
    this.span.link({ traceId, spanId, isRemote });
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  setStatus({ code, message }: SpanStatus): this {
    const { span } = this;
    if (span.hasEnded) return this;
    span.failure = code === SpanStatusCode.ERROR ? (span.failure ?? 'ERROR') : undefined;
    span.failureMessage = code === SpanStatusCode.ERROR ? message : undefined;
    return this;
  }

  updateName(name: string): this {
    if (!this.span.hasEnded) this.span.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const { name, code, message, stack } = typeof exception === 'string' ? { message: exception } : exception;
    const attributes = {
      'exception.type': name ?? (code === undefined ? undefined : String(code)),
      'exception.message': message,
      'exception.stacktrace': stack,
    };
    this.span.event('exception', attributes, this.#at(time));
  }

  end(): void {
    this.span.end();
  }

  /** By `performance.now()`, as the times of the span. */
  #at(time: TimeInput | undefined): number {
    if (time === undefined) return performance.now();
    if (time instanceof Date) return time.getTime() - this.span.epoch;
    const ms = Array.isArray(time) ? time[0] * 1e3 + time[1] / 1e6 : time;
    // A number is one of either clock, as OpenTelemetry has it.
    return ms < performance.timeOrigin ? ms : ms - this.span.epoch;
  }
}

const isTimeInput = (value: Attributes | TimeInput | undefined): value is TimeInput =>
  typeof value === 'number' || value instanceof Date || Array.isArray(value);

/** A copy, which is the span's from then on. */
const ours = (attributes: Attributes): SpanAttributes => ({ ...(attributes as Record<string, AttributeValue>) });
