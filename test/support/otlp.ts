/** A collector for tests: takes OTLP over HTTP (JSON and Protocol Buffers) and over gRPC, and keeps the spans. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { bytesIn, fieldsOf, fixed64In, numberIn, textIn } from './protobuf.ts';

export type Value = string | number | boolean | readonly Value[];

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty where it has none. */
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  /** In nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, Value>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, Value>> }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 2 is an error. */
  readonly status: number;
  readonly resource: Readonly<Record<string, Value>>;
}

export interface Collector {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  /** The requests that it has received, by content type. */
  readonly requests: { readonly type: string; readonly headers: IncomingMessage['headers'] }[];
  close(): Promise<void>;
}

/** @param answer what it answers with, where it is to do more than say yes. */
export async function openCollector(
  answer: (response: ServerResponse, type: string) => void = sayYes,
): Promise<Collector> {
  const collected = { spans: [] as ReceivedSpan[], requests: [] as Collector['requests'] };
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const type = String(request.headers['content-type']);
    collected.requests.push({ type, headers: request.headers });
    collected.spans.push(...spansIn(body, type));
    answer(response, type);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { ...collected, url: urlOf(server), close: () => closed(server) };
}

/** The spans of a request over HTTP. */
export const spansIn = (body: Buffer, type: string): ReceivedSpan[] =>
  type === 'application/json' ? fromJson(JSON.parse(String(body))) : fromProtobuf(body);

/** The same over gRPC. */
export async function openGrpcCollector(): Promise<Collector> {
  const collected = { spans: [] as ReceivedSpan[], requests: [] as Collector['requests'] };
  const server = createHttp2Server();
  server.on('stream', async (stream: ServerHttp2Stream, headers) => {
    const message = await buffer(stream);
    collected.requests.push({ type: String(headers['content-type']), headers: headers as IncomingMessage['headers'] });
    collected.spans.push(...fromProtobuf(message.subarray(FRAME_BYTES)));
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.alloc(FRAME_BYTES));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { ...collected, url: urlOf(server), close: async () => void server.close() };
}

/** Whether it is compressed, and its length. */
const FRAME_BYTES = 5;

/** An answer without a word is one in Protocol Buffers, but not in JSON. */
const sayYes = (response: ServerResponse, type: string) =>
  void response.writeHead(200, { 'content-type': type }).end(type === 'application/json' ? '{}' : '');

const urlOf = (server: { address(): AddressInfo | string | null }): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function closed(server: ReturnType<typeof createServer>): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

// biome-ignore lint/suspicious/noExplicitAny: whatever came
type Json = any;

const fromJson = ({ resourceSpans }: Json): ReceivedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }: Json) =>
    scopeSpans.flatMap(({ spans }: Json) => spans.map((span: Json) => spanFromJson(span, pairsFromJson(resource)))),
  );

const spanFromJson = (span: Json, resource: Record<string, Value>): ReceivedSpan => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId ?? '',
  name: span.name,
  kind: span.kind,
  start: BigInt(span.startTimeUnixNano),
  end: BigInt(span.endTimeUnixNano),
  attributes: pairsFromJson(span),
  events: span.events.map((event: Json) => ({ name: event.name, attributes: pairsFromJson(event) })),
  links: span.links.map(({ traceId, spanId }: Json) => ({ traceId, spanId })),
  status: span.status?.code ?? 0,
  resource,
});

const pairsFromJson = ({ attributes }: Json): Record<string, Value> =>
  Object.fromEntries(attributes.map(({ key, value }: Json) => [key, valueFromJson(value)]));

const valueFromJson = (value: Json): Value =>
  value.arrayValue ? value.arrayValue.values.map(valueFromJson) : (Object.values(value)[0] as Value);

/** By the numbers of opentelemetry/proto/trace/v1/trace.proto. */
function fromProtobuf(message: Buffer): ReceivedSpan[] {
  return bytesIn(fieldsOf(message), 1).flatMap((resourceSpans) => {
    const fields = fieldsOf(resourceSpans);
    const resource = pairsFromProtobuf(bytesIn(fieldsOf(bytesIn(fields, 1)[0]!), 1));
    const spans = bytesIn(fields, 2).flatMap((scope) => bytesIn(fieldsOf(scope), 2));
    return spans.map((span) => spanFromProtobuf(span, resource));
  });
}

function spanFromProtobuf(bytes: Buffer, resource: Record<string, Value>): ReceivedSpan {
  const fields = fieldsOf(bytes);
  const hex = (field: number, of = fields) => bytesIn(of, field)[0]?.toString('hex') ?? '';
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentSpanId: hex(4),
    name: textIn(fields, 5),
    kind: numberIn(fields, 6),
    start: fixed64In(fields, 7),
    end: fixed64In(fields, 8),
    attributes: pairsFromProtobuf(bytesIn(fields, 9)),
    events: bytesIn(fields, 11)
      .map(fieldsOf)
      .map((event) => ({ name: textIn(event, 2), attributes: pairsFromProtobuf(bytesIn(event, 3)) })),
    links: bytesIn(fields, 13)
      .map(fieldsOf)
      .map((link) => ({ traceId: hex(1, link), spanId: hex(2, link) })),
    status: bytesIn(fields, 15)
      .map(fieldsOf)
      .reduce((_, status) => numberIn(status, 3), 0),
    resource,
  };
}

const pairsFromProtobuf = (pairs: readonly Buffer[]): Record<string, Value> =>
  Object.fromEntries(pairs.map(fieldsOf).map((pair) => [textIn(pair, 1), valueFromProtobuf(bytesIn(pair, 2)[0]!)]));

function valueFromProtobuf(bytes: Buffer): Value {
  const value = fieldsOf(bytes);
  const [kind] = value.keys();
  if (kind === 1) return textIn(value, 1);
  if (kind === 2) return numberIn(value, 2) === 1;
  if (kind === 3) return numberIn(value, 3);
  if (kind === 5) return bytesIn(fieldsOf(bytesIn(value, 5)[0]!), 1).map(valueFromProtobuf);
  return bytesIn(value, 4)[0]!.readDoubleLE();
}
