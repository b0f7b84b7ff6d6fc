/** Spans in Protocol Buffers equal what OpenTelemetry's own serialiser writes of the same spans. */
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { EndedSpan, encodeBatch } from 'hotpath/opentelemetry';
import { CommonAttributes } from 'hotpath/telemetry/common-attributes';
import { encodeSpans } from 'hotpath/telemetry/otlp/spans';
import { Writer } from 'hotpath/telemetry/otlp/writer';
import { type Attributes, type Kind, newSpanId, newTraceId, Span } from 'hotpath/telemetry/span';
import { describe, expect, it } from 'vitest';
import { bytesIn, type Fields, fieldsOf, fixed64In, numberIn, textIn } from '../../../../test/support/protobuf.ts';

/** The messages within messages by their field numbers in trace.proto. */
interface Shape {
  readonly [field: number]: Shape;
}
/** A field of a oneof has a meaning even if its value is the default. */
const VALUE: Shape = {};
const PAIR: Shape = { 2: VALUE };
const SPAN: Shape = { 9: PAIR, 11: { 3: PAIR }, 13: { 4: PAIR }, 15: {} };
const REQUEST: Shape = { 1: { 1: { 1: PAIR }, 2: { 1: {}, 2: SPAN } } };

type Read = { [field: number]: (Read | string)[] };

/** The meaning of a message: numbers that are 0, and messages without a field, mean the same as missing ones. */
function read(message: Uint8Array, shape: Shape): Read {
  const all: Read = {};
  for (const [field, values] of fieldsOf(Buffer.from(message))) {
    const meanings = values.map((value) => meaning(value, shape[field]));
    const told = shape === VALUE ? meanings : meanings.filter((each) => each !== '0' && !isEmpty(each));
    if (told.length > 0) all[field] = told;
  }
  return all;
}

const isEmpty = (each: Read | string): boolean => typeof each !== 'string' && Object.keys(each).length === 0;

function meaning(value: Buffer | bigint, inner: Shape | undefined): Read | string {
  if (typeof value === 'bigint') return String(value);
  return inner ? read(value, inner) : `bytes ${value.toString('hex')}`;
}

const service = {
  'service.name': 'shop ä€',
  'deployment.environment.name': 'test',
  'process.command_args': ['a', 'ä'],
};
const scope = { name: 'hotpath', version: '1' };
const origin = { resource: service, scope };
const source = { resource: resourceFromAttributes(service), scope };

const written = (spans: readonly Span[]) => read(encodeSpans(spans, origin), REQUEST);
const bySdk = (spans: readonly Span[]) =>
  read(ProtobufTraceSerializer.serializeRequest(spans.map((span) => new EndedSpan(span, source)))!, REQUEST);

const record = () => {};
const fixed32In = (fields: Fields, number: number) => bytesIn(fields, number)[0]!.readUInt32LE();

const spanWith = (attributes: Attributes, kind: Kind = 'internal') =>
  new Span({ traceId: newTraceId(), name: 'a', kind, attributes, record });

const NUMBERS = [0, 1, -1, 127, 128, 16_383, 16_384, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, -(2 ** 53), 2 ** 62];
const DOUBLES = [0.5, -0.1, 1e300, 2 ** 63, -(2 ** 64), Number.NaN, Number.POSITIVE_INFINITY, -0, 5e-324];
const TEXTS = ['', 'a', 'ä', '€', '😀', '\ud800', 'a'.repeat(47), 'a'.repeat(48), 'a'.repeat(49), 'é'.repeat(20_000)];

describe('the encoder agrees with the SDK on', () => {
  it.each(['internal', 'server', 'client', 'producer', 'consumer'] as const)('a span of the kind %s', (kind) => {
    const spans = [spanWith({}, kind)];
    spans[0]!.end();
    expect(written(spans)).toEqual(bySdk(spans));
  });

  it('attributes of each type, with the least and largest values', () => {
    const values = [...NUMBERS, -(2 ** 63), ...DOUBLES, ...TEXTS, true, false, undefined];
    const span = spanWith(Object.fromEntries(values.map((value, index) => [`attribute.${index}`, value])));
    span.end();
    expect(written([span])).toEqual(bySdk([span]));
  });

  it('attributes of all other types that the API accepts', () => {
    const list = ['a', 1, true, null, undefined, ['b'], { c: 0.5 }];
    const bytes = new Uint8Array([0, 1, 255]);
    const span = spanWith({ list, none: [], map: { inner: { list }, empty: {} }, bytes, nothing: null });
    span.end();
    expect(written([span])).toEqual(bySdk([span]));
  });

  it('attributes that spans have in common, and their own', () => {
    const common = new CommonAttributes({ 'http.route': '/a', 'http.response.status_code': 200, none: undefined });
    const spans = ['first', 'second'].map((own) => {
      const span = new Span({ traceId: newTraceId(), name: own, kind: 'server', record });
      span.end({ own }, common);
      return span;
    });
    expect(written(spans)).toEqual(bySdk(spans));
    expect(new EndedSpan(spans[1]!, source).attributes).toEqual({
      'http.route': '/a',
      'http.response.status_code': 200,
      own: 'second',
    });
  });

  it('the last value of an attribute that a team set earlier', () => {
    const span = spanWith({ 'http.route': 'of the team', theirs: 1 });
    span.end({ own: 2 }, new CommonAttributes({ 'http.route': '/a' }));
    expect(written([span])).toEqual(bySdk([span]));
    expect(new EndedSpan(span, source).attributes).toEqual({ 'http.route': '/a', theirs: 1, own: 2 });
  });

  it('the status and message of a failure', () => {
    const span = spanWith({});
    span.failure = 'ERROR';
    span.failureMessage = 'a hint';
    span.end();
    expect(written([span])).toEqual(bySdk([span]));
  });

  it('spans beside those of another tracer, in one request', () => {
    const ended: ReadableSpan[] = [];
    const exporter = { export: (spans: ReadableSpan[]) => void ended.push(...spans), shutdown: async () => {} };
    const provider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
      resource: source.resource,
    });
    provider.getTracer('a team').startSpan('theirs').end();
    const own = spanWith({});
    own.end();
    const { serializeRequest } = ProtobufTraceSerializer;
    const batch = [ended[0]!, new EndedSpan(own, source)];
    const all = read(
      encodeBatch(batch, (spans) => serializeRequest(spans)),
      REQUEST,
    );
    const alone = [encodeSpans([own], origin), serializeRequest([ended[0]!])!].map(
      (each) => read(each, REQUEST)[1]![0],
    );
    expect(all[1]).toEqual(alone);
  });

  it('parents, events, links and failures, in their order', () => {
    const root = spanWith({ a: 1, b: 'two', c: undefined }, 'server');
    const step = root.child('a step of it', 'client', { d: true });
    for (const name of ['first', 'second', 'third']) step.event(name, { name, none: undefined });
    for (let links = 0; links < 3; links += 1) step.link({ traceId: newTraceId(), spanId: newSpanId() });
    step.fail('22P02');
    step.end();
    root.end({ e: 0.25 });
    const spans = [step, root];
    expect(written(spans)).toEqual(bySdk(spans));
    expect(encodeSpans(spans, origin).length).toBeGreaterThan(encodeSpans([root], origin).length);
  });

  it('whether a parent or a linked span belongs to another process', () => {
    const reference = () => ({ traceId: newTraceId(), spanId: newSpanId() });
    const start = { traceId: newTraceId(), name: 'a', kind: 'server', record } as const;
    const served = new Span({ ...start, parentId: newSpanId() });
    const step = served.child('a step of it');
    step.link({ ...reference(), isRemote: true });
    step.link(reference());
    const spans = [new Span(start), served, step];
    for (const span of spans) span.end();
    expect(written(spans)).toEqual(bySdk(spans));
    const [resourceSpans] = bytesIn(fieldsOf(Buffer.from(encodeSpans(spans, origin))), 1).map(fieldsOf);
    const [scopeSpans] = bytesIn(resourceSpans!, 2).map(fieldsOf);
    const fields = bytesIn(scopeSpans!, 2).map(fieldsOf);
    expect(fields.map((span) => fixed32In(span, 16))).toEqual([0x101, 0x301, 0x101]);
    expect(bytesIn(fields[2]!, 13).map((link) => fixed32In(fieldsOf(link), 6))).toEqual([0x301, 0x101]);
  });

  it('random spans', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    const value = fc.oneof(text, fc.double(), fc.maxSafeInteger(), fc.integer(), fc.boolean(), fc.constant(undefined));
    const attributes = fc.dictionary(text, value, { maxKeys: 4 });
    const events = fc.array(fc.tuple(text, attributes), { maxLength: 3 });
    const started = fc.record({ name: text, attributes, at: fc.double({ min: 0, max: 1e10, noNaN: true }), events });
    const check = fc.property(fc.array(started, { minLength: 1, maxLength: 3 }), (starts) => {
      const spans = starts.map(({ events, ...start }) => {
        const span = new Span({ ...start, traceId: newTraceId(), parentId: newSpanId(), kind: 'client', record });
        for (const [name, attributes] of events) span.event(name, attributes);
        span.end();
        return span;
      });
      expect(written(spans)).toEqual(bySdk(spans));
    });
    fc.assert(check, { numRuns: 40 });
  });

  it('the fields of trace.proto and their numbers', () => {
    const span = spanWith({ text: 'ä€', whole: -3, part: 0.5, flag: true }, 'client');
    span.end();
    const [resourceSpans] = bytesIn(fieldsOf(Buffer.from(encodeSpans([span], origin))), 1).map(fieldsOf);
    const [resource] = bytesIn(resourceSpans!, 1).map(fieldsOf);
    expect(bytesIn(resource!, 1).map((pair) => textIn(fieldsOf(pair), 1))).toEqual(Object.keys(service));
    const [scopeSpans] = bytesIn(resourceSpans!, 2).map(fieldsOf);
    expect(textIn(fieldsOf(bytesIn(scopeSpans!, 1)[0]!), 1)).toBe('hotpath');
    const [fields] = bytesIn(scopeSpans!, 2).map(fieldsOf);
    expect(bytesIn(fields!, 1)[0]!.toString('hex')).toBe(span.traceId);
    expect(bytesIn(fields!, 2)[0]!.toString('hex')).toBe(span.spanId);
    expect(numberIn(fields!, 6)).toBe(3);
    expect(bytesIn(fields!, 9).map((pair) => textIn(fieldsOf(pair), 1))).toEqual(['text', 'whole', 'part', 'flag']);
    for (const [field, at] of [
      [7, span.startedAt],
      [8, span.endedAt],
    ] as const) {
      expect(Number(fixed64In(fields!, field)) / 1e6).toBeCloseTo(span.epoch + at, 2);
    }
  });
});

describe('times', () => {
  it('have 64 bits and the precision of a nanosecond', () => {
    const check = fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (microseconds) => {
      const writer = new Writer(1);
      writer.nanoseconds(1, microseconds);
      expect(fixed64In(fieldsOf(Buffer.from(writer.finish())), 1)).toBe(BigInt(microseconds) * 1000n);
    });
    fc.assert(check);
  });
});
