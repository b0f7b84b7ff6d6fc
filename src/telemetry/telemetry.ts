/**
 * Telemetry of the process: OpenTelemetry's SDK for Node.js, with the library's tracing in it. No other folder of the
 * service uses the SDK.
 *
 * The process sends spans in batches, and no request waits for them. A collector that is away, slow or sends invalid
 * replies costs spans: the queue is bounded, and so is the time that the process waits for the last spans at its end. The log
 * states a failure once a minute.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { context, DiagLogLevel, diag, logs, metrics, propagation, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { openTelemetry } from 'hotpath/opentelemetry';
import { createSampler, type Tracing } from 'hotpath/telemetry';
import { pino } from 'pino';
import type { Config } from '../config/config.ts';
import type { TracingConfig } from '../config/telemetry.ts';
import { loggerOptions } from '../plugins/logger/logger.ts';
import { exporterFor } from './export.ts';
import { instrumentations } from './instrumentations.ts';
import { resourceOf } from './resource.ts';

export interface Telemetry {
  /** The tracing that the plugins get; undefined if the process traces nothing. */
  readonly tracing: Tracing | undefined;
  /** Sends what has been gathered. */
  flush(): Promise<void>;
  /** Sends what has been gathered, for at most two seconds, and ends. Never rejects. */
  stop(): Promise<void>;
}

const STOP_MS = 2000;
/** The exporter gives up by itself; this is for one that does not. */
const GRACE_MS = 1000;
const SAY_AGAIN_MS = 60_000;

const NONE: Telemetry = { tracing: undefined, flush: async () => {}, stop: async () => {} };

export type Warn = (message: string) => void;

/** Starts to record spans, if the configuration says where they go. */
export async function startTelemetry(config: Config, warn: Warn = warningsOf(config)): Promise<Telemetry> {
  const { tracing } = config;
  if (tracing.endpoint === undefined) return NONE;
  return new RunningTelemetry(await processorFor(tracing), { config: tracing, warn });
}

interface TelemetryOptions {
  readonly config: TracingConfig;
  readonly warn: Warn;
}

/** The SDK while it runs. */
class RunningTelemetry implements Telemetry {
  readonly tracing: Tracing;
  readonly #processor: BatchSpanProcessor;
  readonly #instrumentations = instrumentations();
  readonly #node: NodeSDK;
  #ended: Promise<void> | undefined;

  constructor(processor: BatchSpanProcessor, { config, warn }: TelemetryOptions) {
    const { tracing, sdk } = openTelemetry({
      processors: [processor],
      resource: resourceOf(config.service),
      sampler: createSampler(config.sampler),
      instrumentations: this.#instrumentations,
      warn,
    });
    this.tracing = tracing;
    this.#processor = processor;
    // Without the empty lists NodeSDK would export metrics and logs by itself.
    this.#node = new NodeSDK({ ...sdk, metricReaders: [], logRecordProcessors: [] });
    // Behind NodeSDK, which would write to the console if OTEL_LOG_LEVEL is set.
    sayOnce(warn, config.endpoint!);
    this.#node.start();
  }

  flush(): Promise<void> {
    return this.#processor.forceFlush();
  }

  stop(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    for (const instrumentation of this.#instrumentations) instrumentation.disable();
    const limit = new AbortController();
    const late = pause(STOP_MS, undefined, limit).then(() => diag.error('the last of them are lost.'));
    const sent = this.#node.shutdown().catch((error: Error) => diag.error(error.message));
    await Promise.race([sent, late]);
    limit.abort();
    // NodeSDK leaves its parts in the API's global registry.
    for (const api of [trace, context, propagation, metrics, logs]) api.disable();
  }
}

async function processorFor(tracing: TracingConfig): Promise<BatchSpanProcessor> {
  return new BatchSpanProcessor({
    exporter: await exporterFor(tracing),
    maxQueueSize: tracing.queueSize,
    maxExportBatchSize: tracing.batchSize,
    scheduledDelayMillis: tracing.delayMs,
    exportTimeoutMillis: Math.min(tracing.exportTimeoutMs, tracing.timeoutMs + GRACE_MS),
  });
}

function warningsOf(config: Config): Warn {
  const { transport: _, stream, ...options } = loggerOptions(config);
  const log = pino(options, stream);
  return (message) => log.warn(message);
}

/** Logs the complaints of the SDK, once a minute. */
function sayOnce(warn: Warn, endpoint: string): void {
  let saidAt = Number.NEGATIVE_INFINITY;
  const say = (...words: unknown[]) => {
    if (performance.now() - saidAt < SAY_AGAIN_MS) return;
    saidAt = performance.now();
    warn(`Traces do not reach ${new URL(endpoint).origin}: ${words.map(String).join(' ')}`);
  };
  const silent = () => {};
  const logger = { error: say, warn: say, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
