/** A batch of spans of the library and of others as one `ExportTraceServiceRequest`. */
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { encodeSpans } from '../telemetry/otlp/spans.ts';
import type { Attributes } from '../telemetry/span.ts';
import { EndedSpan } from './ended-span.ts';

/** Writes spans that are not the library's: `ProtobufTraceSerializer.serializeRequest` of `@opentelemetry/otlp-transformer`. */
export type SerializeSpans = (spans: ReadableSpan[]) => Uint8Array | undefined;

/**
 * The bytes of a batch. The library writes its own spans, in a third of the SDK's time. In Protocol Buffers, two messages
 * one after the other are one message with the fields of both, so the spans of others follow.
 */
export function encodeBatch(batch: readonly ReadableSpan[], serialize: SerializeSpans): Uint8Array {
  const own = batch.filter((span) => span instanceof EndedSpan);
  const others = own.length === batch.length ? [] : batch.filter((span) => !(span instanceof EndedSpan));
  const written = [...Map.groupBy(own, ({ source }) => source)].map(([{ resource, scope }, spans]) =>
    encodeSpans(
      spans.map(({ span }) => span),
      { resource: resource.attributes as Attributes, scope: { name: scope.name, version: scope.version ?? '' } },
    ),
  );
  const serialized = others.length > 0 ? serialize(others) : undefined;
  const parts = serialized ? [...written, serialized] : written;
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
