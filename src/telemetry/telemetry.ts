/**
 * Telemetry of the process: where its spans go. This folder is all that knows OpenTelemetry's SDK; everything
 * else speaks to the port in `hotpath/telemetry`.
 *
 * Spans are gathered and sent in batches, besides what requests wait for. A collector that is away, slow or talks
 * nonsense costs spans: the queue is bounded, and so is the time that the end of the process waits for the last of them.
 * What goes wrong is said once a minute.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { createSampler, type Tracing } from 'hotpath/telemetry';
import { pino } from 'pino';
import type { Config } from '../config/config.ts';
import { loggerOptions } from '../plugins/logger/logger.ts';
import { EndedSpan, sourceOf } from './ended-span.ts';
import { exporterFor } from './export.ts';

export interface Telemetry {
  /** What the plugins are given; nothing where nothing is traced. */
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
  sayOnce(warn, tracing.endpoint);
  const processor = new BatchSpanProcessor({
    exporter: await exporterFor(tracing),
    maxQueueSize: tracing.queueSize,
    maxExportBatchSize: tracing.batchSize,
    scheduledDelayMillis: tracing.delayMs,
    exportTimeoutMillis: Math.min(tracing.exportTimeoutMs, tracing.timeoutMs + GRACE_MS),
  });
  const source = sourceOf(tracing.service);
  let ended: Promise<void> | undefined;
  async function end(): Promise<void> {
    const limit = new AbortController();
    const late = pause(STOP_MS, undefined, limit).then(() => diag.error('the last of them are lost.'));
    const sent = processor.shutdown().catch((error: Error) => diag.error(error.message));
    await Promise.race([sent, late]);
    limit.abort();
  }
  return {
    tracing: {
      sampler: createSampler(tracing.sampler),
      record: (span) => processor.onEnd(new EndedSpan(span, source)),
    },
    flush: () => processor.forceFlush(),
    stop() {
      ended ??= end();
      return ended;
    },
  };
}

function warningsOf(config: Config): Warn {
  const { transport: _, ...options } = loggerOptions(config);
  const log = pino(options);
  return (message) => log.warn(message);
}

/** What the SDK complains of, once a minute. */
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
