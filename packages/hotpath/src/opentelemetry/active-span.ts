/**
 * A span of the library behind OpenTelemetry's API: `trace.getActiveSpan()` in a handler is the span of the request.
 * Attributes and events that a team adds are sent with the span when it ends.
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

  /** @param traceState the caller's `tracestate`, which goes out with calls to other services. */
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
    // OpenTelemetry takes numbers of both clocks: `performance.now()` and `Date.now()`.
    return ms < performance.timeOrigin ? ms : ms - this.span.epoch;
  }
}

const isTimeInput = (value: Attributes | TimeInput | undefined): value is TimeInput =>
  typeof value === 'number' || value instanceof Date || Array.isArray(value);

/** A copy, because the span keeps and changes the object. */
const ours = (attributes: Attributes): SpanAttributes => ({ ...(attributes as Record<string, AttributeValue>) });
