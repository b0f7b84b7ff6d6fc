/** A trace from Jaeger, in the form in which the receiver of the other tests keeps it. */
import type { ReceivedSpan, Value } from '../../support/otlp.ts';
import type { JaegerSpan, JaegerTag, JaegerTrace } from './query-api.ts';

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'];
/** The tags that Jaeger writes for a span's kind, status and scope. */
const MADE = new Set(['span.kind', 'error', 'otel.status_code', 'otel.scope.name', 'otel.scope.version']);

export const asReceived = ({ spans, processes }: JaegerTrace): ReceivedSpan[] =>
  spans.map((span) => {
    const { serviceName, tags } = processes[span.processID]!;
    const parent = span.references.find(({ refType }) => refType === 'CHILD_OF');
    const told = valuesOf(span.tags);
    return {
      traceId: span.traceID,
      spanId: span.spanID,
      parentSpanId: parent?.spanID ?? '',
      name: span.operationName,
      kind: 1 + KINDS.indexOf(String(told['span.kind'] ?? 'internal')),
      start: BigInt(span.startTime) * 1000n,
      end: BigInt(span.startTime + span.duration) * 1000n,
      attributes: Object.fromEntries(Object.entries(told).filter(([name]) => !MADE.has(name))),
      events: span.logs.map(eventOf),
      links: span.references
        .filter(({ refType }) => refType === 'FOLLOWS_FROM')
        .map(({ traceID, spanID }) => ({ traceId: traceID, spanId: spanID })),
      status: told['error'] === true ? 2 : 0,
      resource: { ...valuesOf(tags), 'service.name': serviceName },
    };
  });

function eventOf({ fields }: JaegerSpan['logs'][number]): ReceivedSpan['events'][number] {
  const { event, ...attributes } = valuesOf(fields);
  return { name: String(event), attributes };
}

const valuesOf = (tags: readonly JaegerTag[]): Record<string, Value> =>
  Object.fromEntries(tags.map(({ key, value }) => [key, value]));
