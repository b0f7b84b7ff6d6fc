/**
 * Spans in OpenTelemetry's protocol: an `ExportTraceServiceRequest` in Protocol Buffers, by the numbers of
 * opentelemetry/proto/trace/v1/trace.proto. The writer writes everything last first (`writer.ts`). It leaves out empty
 * values, such as a count of 0, as the format prescribes.
 *
 * It takes a third of the time of the SDK's writer, which measures everything before it writes it and needs spans in a form
 * of its own. If all requests are traced, that is the cost of tracing.
 */
import type { CommonAttributes } from '../common-attributes.ts';
import type { Attributes, AttributeValue, Kind, Reference, Span, SpanEvent } from '../span.ts';
import { Writer } from './writer.ts';

/** The maker of the spans. */
export interface Origin {
  readonly resource: Attributes;
  readonly scope: { readonly name: string; readonly version: string };
}

/** The bytes that most spans need at the most. */
const SPAN_BYTES = 640;

/** Spans as the bytes of an OTLP request. */
export function encodeSpans(spans: readonly Span[], { resource, scope }: Origin): Uint8Array {
  const writer = new Writer((spans.length + 1) * SPAN_BYTES);
  for (let index = spans.length - 1; index >= 0; index -= 1) writeSpan(writer, spans[index]!);
  const spansEnd = writer.written;
  writer.text(2, scope.version);
  writer.text(1, scope.name);
  writer.message(1, spansEnd);
  writer.message(2, 0);
  const scopesEnd = writer.written;
  writeAttributes(writer, 1, resource);
  writer.message(1, scopesEnd);
  writer.message(1, 0);
  return writer.finish();
}

const KINDS: Readonly<Record<Kind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const ERROR = 2;
/** Sampled, and known to be of this process: the parent of a span, or what a link leads to. */
const LOCAL = 0x101;
/** Sampled, and of another process. */
const REMOTE = 0x301;

function writeSpan(writer: Writer, span: Span): void {
  const { epoch, events, links, hasRemoteParent } = span;
  const end = writer.written;
  writer.fixed32(16, hasRemoteParent ? REMOTE : LOCAL);
  if (span.failure !== undefined) writeStatus(writer, span.failureMessage);
  for (let index = links.length - 1; index >= 0; index -= 1) writeLink(writer, links[index]!);
  for (let index = events.length - 1; index >= 0; index -= 1) writeEvent(writer, events[index]!, epoch);
  writeAttributes(writer, ATTRIBUTES, span.attributes);
  if (span.common) writer.raw(encodedOf(span.common));
  writer.nanoseconds(8, microseconds(epoch + span.endedAt));
  writer.nanoseconds(7, microseconds(epoch + span.startedAt));
  writer.integer(6, KINDS[span.kind]);
  writer.text(5, span.name);
  if (span.parentId !== undefined) writer.hex(4, span.parentId);
  writer.hex(2, span.spanId);
  writer.hex(1, span.traceId);
  writer.message(2, end);
}

/** The field of a span. */
const ATTRIBUTES = 9;

function encodedOf(common: CommonAttributes): Uint8Array {
  if (!common.encoded) {
    const writer = new Writer(SPAN_BYTES);
    writeAttributes(writer, ATTRIBUTES, common.values);
    // A copy, for the bytes are a part of a larger buffer.
    common.encoded = new Uint8Array(writer.finish());
  }
  return common.encoded;
}

function writeStatus(writer: Writer, message = ''): void {
  const end = writer.written;
  writer.integer(3, ERROR);
  if (message !== '') writer.text(2, message);
  writer.message(15, end);
}

function writeLink(writer: Writer, { traceId, spanId, isRemote }: Reference): void {
  const end = writer.written;
  writer.fixed32(6, isRemote ? REMOTE : LOCAL);
  writer.hex(2, spanId);
  writer.hex(1, traceId);
  writer.message(13, end);
}

function writeEvent(writer: Writer, { name, at, attributes }: SpanEvent, epoch: number): void {
  const end = writer.written;
  writeAttributes(writer, 3, attributes);
  writer.text(2, name);
  writer.nanoseconds(1, microseconds(epoch + at));
  writer.message(11, end);
}

/** Without those of which nothing is known. */
function writeAttributes(writer: Writer, field: number, attributes: Readonly<Attributes>): void {
  const names = Object.keys(attributes);
  for (let index = names.length - 1; index >= 0; index -= 1) {
    const name = names[index]!;
    const value = attributes[name];
    if (value === undefined) continue;
    const end = writer.written;
    writeValue(writer, value);
    writer.message(2, end);
    writer.text(1, name);
    writer.message(field, end);
  }
}

function writeValue(writer: Writer, value: AttributeValue): void {
  if (typeof value === 'string') writer.text(1, value);
  else if (typeof value === 'boolean') writer.integer(2, Number(value));
  else if (typeof value !== 'number') writeComposite(writer, value);
  else if (isInt64(value)) writer.integer(3, value);
  else writer.double(4, value);
}

/** None of the library's own: of what others tell of its spans, and of the resource. */
function writeComposite(writer: Writer, value: Exclude<AttributeValue, string | number | boolean>): void {
  if (value === null) return;
  const end = writer.written;
  if (value instanceof Uint8Array) writer.bytes(7, value);
  else if (isList(value)) {
    writeList(writer, value);
    writer.message(5, end);
  } else {
    writeAttributes(writer, 1, value);
    writer.message(6, end);
  }
}

const isList = (value: object): value is readonly (AttributeValue | undefined)[] => Array.isArray(value);

function writeList(writer: Writer, values: readonly (AttributeValue | undefined)[]): void {
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const end = writer.written;
    writeValue(writer, values[index] ?? null);
    writer.message(1, end);
  }
}

const isInt64 = (value: number): boolean => Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;

/** Whole ones, of milliseconds since 1970: finer than that such a number is not. */
export const microseconds = (ms: number): number => Math.round(ms * 1000);
