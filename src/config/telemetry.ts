/** The variables of traces and metrics: OpenTelemetry's own, and others for settings that OpenTelemetry does not define. */

import { SAMPLERS } from 'hotpath/telemetry';
import Type, { type Static } from 'typebox';

const PAIRS = { isPairs: true, wants: 'name=value between commas, with values encoded as in a URL' };

/** HTTP drops blanks at the ends of a header, so no client could send a token with the line break of its file. */
const TOKEN = {
  minLength: 16,
  pattern: '^\\S.*\\S$',
  secret: true,
  wants: 'a secret of at least 16 characters, without blanks or line breaks at its ends',
};

const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'];

const milliseconds = (value: number | undefined, description: string) =>
  Type.Integer({
    minimum: 1,
    maximum: 2 ** 31 - 1,
    ...(value !== undefined && { default: value }),
    unit: 'milliseconds',
    description,
  });

const endpoint = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: '^https?://.+',
      secret: true,
      wants: 'a URL that starts with http:// or https://',
      description,
    }),
  );

/** OpenTelemetry's rules: the service warns of an invalid value and ignores it; names of choices may be in upper case. */
export const telemetryVariables = {
  OTEL_SDK_DISABLED: Type.Enum(['true', 'false'], { default: 'false', description: 'Whether tracing is off.' }),
  OTEL_TRACES_EXPORTER: Type.Enum(['otlp', 'none'], {
    default: 'otlp',
    description: 'The exporter of traces; `none` turns tracing off.',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(
    'The URL of the collector or Jaeger that receives traces, such as http://127.0.0.1:4318. Without it tracing is off.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint('The same for traces only, with its full path: the service adds none.'),
  OTEL_EXPORTER_OTLP_PROTOCOL: Type.Enum(PROTOCOLS, {
    default: 'http/protobuf',
    description: 'The protocol of the export. A collector accepts HTTP on port 4318 and gRPC on 4317.',
  }),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: Type.Optional(
    Type.Enum(PROTOCOLS, { description: 'The same, before `OTEL_EXPORTER_OTLP_PROTOCOL`.' }),
  ),
  OTEL_EXPORTER_OTLP_HEADERS: Type.Optional(
    Type.String({ ...PAIRS, secret: true, description: 'Headers of each export, such as a key.' }),
  ),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: Type.Optional(
    Type.String({
      ...PAIRS,
      secret: true,
      description: 'More headers. They take precedence over headers of the same name above.',
    }),
  ),
  OTEL_EXPORTER_OTLP_TIMEOUT: milliseconds(10_000, 'The longest time of an export, retries included.'),
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: Type.Optional(
    milliseconds(undefined, 'The same, before `OTEL_EXPORTER_OTLP_TIMEOUT`.'),
  ),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds(5000, 'How long the service collects spans before it sends them.'),
  OTEL_BSP_EXPORT_TIMEOUT: milliseconds(30_000, 'How long the service tries to send a batch.'),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 1024,
    description: 'The most spans of a batch; at most the size of the queue.',
  }),
  OTEL_BSP_MAX_QUEUE_SIZE: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 2048,
    description: 'The most spans that wait for export. The service drops further spans.',
  }),
  OTEL_TRACES_SAMPLER: Type.Enum([...SAMPLERS], {
    default: 'parentbased_traceidratio',
    description: 'The sampler: it decides which requests are traced.',
  }),
  OTEL_TRACES_SAMPLER_ARG: Type.String({
    pattern: '^(0|1|[01]\\.0*|0?\\.\\d+)$',
    wants: 'a number from 0 to 1',
    default: '1',
    description: 'The share of requests that the samplers with `traceidratio` in their name trace.',
  }),
  TRACES_ASKED_PER_SECOND: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    default: 10,
    description:
      'Traces a second that clients may request with a sampled `traceparent`, in addition to the share. Raise it if only your own services can call.',
  }),
  OTEL_SERVICE_NAME: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'The name of the service in traces. Without it, the `service.name` of the attributes below, or `hotpath`.',
    }),
  ),
  OTEL_RESOURCE_ATTRIBUTES: Type.Optional(
    Type.String({
      ...PAIRS,
      description: 'Other attributes of the service, such as deployment.environment.name=prod.',
    }),
  ),
  INSPECTOR: Type.Enum(['off', 'token', 'admin'], {
    default: 'off',
    description:
      'The viewers that may open the inspector, `/_hotpath`: none, a client with its token, or administrators. `npm run dev` sets `token`, which production refuses.',
  }),
  INSPECTOR_TOKEN: Type.Optional(
    Type.String({
      ...TOKEN,
      description:
        'The token of the inspector, with `INSPECTOR=token`. Without it the service makes one and prints it at the start.',
    }),
  ),
  INSPECTOR_TRACE_URL: Type.Optional(
    Type.String({
      pattern: '^https?://.*\\{traceId\\}',
      wants: 'a URL with {traceId} in it, such as http://127.0.0.1:16686/trace/{traceId}',
      description: "The address of a request's trace, for the inspector's link.",
    }),
  ),
  METRICS_TOKEN: Type.Optional(
    Type.String({
      ...TOKEN,
      description:
        'A client that sends it as a bearer token may read `/metrics`. Without it, outside production, every client may.',
    }),
  ),
};

const schema = Type.Object(telemetryVariables);
type TelemetryVariables = Static<typeof schema>;

export type TracingConfig = ReturnType<typeof tracingFrom>;

export function tracingFrom(values: TelemetryVariables) {
  const isOff = values.OTEL_SDK_DISABLED === 'true' || values.OTEL_TRACES_EXPORTER === 'none';
  return {
    /** Undefined if tracing is off. */
    endpoint: isOff ? undefined : endpointOf(values),
    protocol: protocolOf(values),
    headers: {
      ...pairsIn(values.OTEL_EXPORTER_OTLP_HEADERS),
      ...pairsIn(values.OTEL_EXPORTER_OTLP_TRACES_HEADERS),
    },
    timeoutMs: values.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT ?? values.OTEL_EXPORTER_OTLP_TIMEOUT,
    delayMs: values.OTEL_BSP_SCHEDULE_DELAY,
    exportTimeoutMs: values.OTEL_BSP_EXPORT_TIMEOUT,
    queueSize: values.OTEL_BSP_MAX_QUEUE_SIZE,
    batchSize: Math.min(values.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, values.OTEL_BSP_MAX_QUEUE_SIZE),
    sampler: {
      name: values.OTEL_TRACES_SAMPLER,
      ratio: Number(values.OTEL_TRACES_SAMPLER_ARG),
      askedPerSecond: values.TRACES_ASKED_PER_SECOND,
    },
    service: {
      'service.name': 'hotpath',
      ...pairsIn(values.OTEL_RESOURCE_ATTRIBUTES),
      ...(values.OTEL_SERVICE_NAME && { 'service.name': values.OTEL_SERVICE_NAME }),
    },
  };
}

type Protocol = 'http/protobuf' | 'http/json' | 'grpc';

const protocolOf = (values: TelemetryVariables): Protocol =>
  (values.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? values.OTEL_EXPORTER_OTLP_PROTOCOL) as Protocol;

function endpointOf(values: TelemetryVariables): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = values;
  if (whole || !base || protocolOf(values) === 'grpc') return whole ?? base;
  return `${base.replace(/\/+$/, '')}/v1/traces`;
}

/** `a=1,b=2`, encoded as in a URL. @throws {SyntaxError} or {URIError} */
export function pairsIn(text: string | undefined): Record<string, string> {
  const members = (text?.split(',') ?? []).map((member) => member.trim()).filter((member) => member !== '');
  return Object.fromEntries(members.map(pairOf));
}

function pairOf(member: string): [string, string] {
  const [, name, value] = /^([^=\s]+)\s*=\s*(.*)$/s.exec(member) ?? [];
  if (name === undefined || value === undefined) throw new SyntaxError('A member of a list is not name=value.');
  return [decodeURIComponent(name), decodeURIComponent(value)];
}
