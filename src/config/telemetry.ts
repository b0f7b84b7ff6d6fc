/** What the environment says of traces and metrics: OpenTelemetry's own variables, and what those leave open. */
import Type, { type Static } from 'typebox';
import { SAMPLERS } from '../engine/telemetry/sampler.ts';

const PAIRS = { pattern: '^[^=,\\s]+=[^,]*(,[^=,\\s]+=[^,]*)*$', wants: 'name=value between commas' };

const endpoint = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: '^https?://.+',
      secret: true,
      wants: 'a URL that starts with http:// or https://',
      description,
    }),
  );

export const telemetryVariables = {
  OTEL_SDK_DISABLED: Type.Enum(['true', 'false'], { default: 'false', description: 'Whether nothing is traced.' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(
    'Where traces are sent: a collector or Jaeger, such as http://127.0.0.1:4318. Without it nothing is traced.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint('The same with its path, which is not added to it then.'),
  OTEL_EXPORTER_OTLP_PROTOCOL: Type.Enum(['http/protobuf', 'http/json', 'grpc'], {
    default: 'http/protobuf',
    description: 'How they are sent. A collector takes HTTP on port 4318 and gRPC on 4317.',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: Type.Optional(
    Type.String({ ...PAIRS, secret: true, description: 'Headers that are sent along, such as a key.' }),
  ),
  OTEL_EXPORTER_OTLP_TIMEOUT: Type.Integer({
    minimum: 1,
    maximum: 2 ** 31 - 1,
    default: 10_000,
    unit: 'milliseconds',
    description: 'How long sending may take, with what is tried again.',
  }),
  OTEL_BSP_SCHEDULE_DELAY: Type.Integer({
    minimum: 1,
    maximum: 2 ** 31 - 1,
    default: 5000,
    unit: 'milliseconds',
    description: 'How long spans are gathered before they are sent.',
  }),
  OTEL_BSP_MAX_QUEUE_SIZE: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 2048,
    description: 'The most spans that are kept while they cannot be sent. More are thrown away.',
  }),
  OTEL_TRACES_SAMPLER: Type.Enum([...SAMPLERS], {
    default: 'parentbased_traceidratio',
    description: 'Which requests are traced.',
  }),
  OTEL_TRACES_SAMPLER_ARG: Type.String({
    pattern: '^(0|1|[01]\\.0*|0?\\.\\d+)$',
    wants: 'a number from 0 to 1',
    default: '1',
    description: 'The share of requests that is traced, by the samplers that have `traceidratio` in their name.',
  }),
  TRACES_ASKED_PER_SECOND: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    default: 10,
    description:
      'Traces a second that callers may ask for, by a sampled `traceparent`, beyond the share. More where only services of your own can call.',
  }),
  OTEL_SERVICE_NAME: Type.String({
    minLength: 1,
    default: 'hotpath',
    description: 'What the service is called in traces.',
  }),
  OTEL_RESOURCE_ATTRIBUTES: Type.Optional(
    Type.String({
      ...PAIRS,
      description: 'What else is told of the service, such as deployment.environment.name=prod.',
    }),
  ),
  METRICS_TOKEN: Type.Optional(
    Type.String({
      minLength: 16,
      secret: true,
      wants: 'a secret of at least 16 characters',
      description:
        'Who brings it as a bearer token may read `/metrics`. Without it, outside production, everybody may.',
    }),
  ),
};

const schema = Type.Object(telemetryVariables);
type TelemetryVariables = Static<typeof schema>;

export type TracingConfig = ReturnType<typeof tracingFrom>;

export function tracingFrom(values: TelemetryVariables) {
  return {
    /** Nothing where nothing is to be traced. */
    endpoint: values.OTEL_SDK_DISABLED === 'true' ? undefined : endpointOf(values),
    protocol: values.OTEL_EXPORTER_OTLP_PROTOCOL,
    headers: pairsIn(values.OTEL_EXPORTER_OTLP_HEADERS),
    timeoutMs: values.OTEL_EXPORTER_OTLP_TIMEOUT,
    delayMs: values.OTEL_BSP_SCHEDULE_DELAY,
    queueSize: values.OTEL_BSP_MAX_QUEUE_SIZE,
    sampler: {
      name: values.OTEL_TRACES_SAMPLER,
      ratio: Number(values.OTEL_TRACES_SAMPLER_ARG),
      askedPerSecond: values.TRACES_ASKED_PER_SECOND,
    },
    service: { ...pairsIn(values.OTEL_RESOURCE_ATTRIBUTES), 'service.name': values.OTEL_SERVICE_NAME },
  };
}

function endpointOf(values: TelemetryVariables): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = values;
  if (whole || !base || values.OTEL_EXPORTER_OTLP_PROTOCOL === 'grpc') return whole ?? base;
  return `${base.replace(/\/+$/, '')}/v1/traces`;
}

/** `a=1,b=2`, with values as in a URL. */
function pairsIn(text: string | undefined): Record<string, string> {
  const pairs = text?.split(',').map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())];
  });
  return Object.fromEntries(pairs ?? []);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
