/**
 * `openTelemetry()`: the library's tracing in OpenTelemetry's SDK. Its spans leave by the processors of the SDK, and
 * those that instrumentations make in a request are in the same trace, under the same sampling.
 *
 *     const { tracing, sdk } = openTelemetry({ processors: [new BatchSpanProcessor({ exporter })], resource });
 *     new NodeSDK(sdk).start();
 *     await app.register(hotpath, { tracing, … });
 */
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { createSampler, type Sampler } from '../telemetry/sampler.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { VERSION } from '../version.ts';
import { CarrierContextManager } from './carrier-context-manager.ts';
import { doubledSpans, type NamedInstrumentation } from './doubled-spans.ts';
import { EndedSpan } from './ended-span.ts';
import { TraceSampler } from './trace-sampler.ts';

/** The options of `openTelemetry`. */
export interface OpenTelemetryOptions<Instrumentation extends NamedInstrumentation> {
  /** They get all spans when they end: the library's and those of others. */
  readonly processors: SpanProcessor[];
  /** Describes the process; all spans have the same. */
  readonly resource: ReadableSpan['resource'];
  /** Decides which traces are recorded. Without it all are, and of traces that callers begin, ten a second. */
  readonly sampler?: Sampler;
  /** Instrumentations of other libraries, such as `new UndiciInstrumentation()`; none without it. */
  readonly instrumentations?: Instrumentation[];
  /** Gets a sentence for each instrumentation whose spans repeat the library's; `process.emitWarning` without it. */
  readonly warn?: (message: string) => void;
}

/** The library's tracing, and the options to start `NodeSDK` with. */
export interface HostedTracing<Instrumentation> {
  /** For the plugins `hotpath`, `telemetry` and `jobQueue`. */
  readonly tracing: Tracing;
  /** For `new NodeSDK(sdk)`; more may be added to it. */
  readonly sdk: {
    readonly contextManager: CarrierContextManager;
    readonly sampler: TraceSampler;
    readonly spanProcessors: SpanProcessor[];
    readonly resource: ReadableSpan['resource'];
    /** `resource` is complete. */
    readonly autoDetectResources: false;
    readonly instrumentations: Instrumentation[];
  };
}

const ALL = { name: 'parentbased_always_on', ratio: 1, askedPerSecond: 10 } as const;

/** Connects the library's tracing with OpenTelemetry's SDK. */
export function openTelemetry<Instrumentation extends NamedInstrumentation>(
  options: OpenTelemetryOptions<Instrumentation>,
): HostedTracing<Instrumentation> {
  const { processors, resource, sampler = createSampler(ALL), instrumentations = [] } = options;
  const { warn = (message) => process.emitWarning(message) } = options;
  const source = { resource, scope: { name: 'hotpath', version: VERSION } };
  const tracing: Tracing = {
    sampler,
    record(span) {
      const ended = new EndedSpan(span, source);
      for (const processor of processors) processor.onEnd(ended);
    },
  };
  for (const sentence of doubledSpans(instrumentations)) warn(sentence);
  return {
    tracing,
    sdk: {
      contextManager: new CarrierContextManager(tracing.record),
      sampler: new TraceSampler(sampler),
      spanProcessors: processors,
      resource,
      autoDetectResources: false,
      instrumentations,
    },
  };
}
