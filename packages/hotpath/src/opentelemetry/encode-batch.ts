/** A batch of spans of the library and of others as one `ExportTraceServiceRequest`. */
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { encodeSpans, type Origin } from '../telemetry/otlp/spans.ts';
import type { Attributes, Span } from '../telemetry/span.ts';
import { EndedSpan, type SpanSource } from './ended-span.ts';

/** Writes spans that are not the library's: `ProtobufTraceSerializer.serializeRequest` of `@opentelemetry/otlp-transformer`. */
export type SerializeSpans = (spans: ReadableSpan[]) => Uint8Array | undefined;

/**
 * The bytes of a batch. The library writes its own spans, in a third of the SDK's time. In Protocol Buffers, two messages
 * one after the other are one message with the fields of both, so the spans of others follow.
 */
export function encodeBatch(batch: readonly ReadableSpan[], serialize: SerializeSpans): Uint8Array {
  const own = new Map<SpanSource, Span[]>();
  const others: ReadableSpan[] = [];
  for (const each of batch) {
    if (!(each instanceof EndedSpan)) others.push(each);
    else if (own.get(each.source)?.push(each.span) === undefined) own.set(each.source, [each.span]);
  }
  const parts = [...own].map(([source, spans]) => encodeSpans(spans, originOfSpans(source)));
  const serialized = others.length > 0 ? serialize(others) : undefined;
  if (serialized) parts.push(serialized);
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

const originOfSpans = ({ resource, scope }: SpanSource): Origin => ({
  resource: resource.attributes as Attributes,
  scope: { name: scope.name, version: scope.version ?? '' },
});
