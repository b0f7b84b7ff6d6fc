/** An OpenTelemetry collector before Jaeger, made of the collector's own parts (`test/jaeger/collector`). */
import { join } from 'node:path';
import { PROJECT } from '../../../src/dev/home.ts';
import { Daemon } from './daemon.ts';
import { goProgram } from './go-program.ts';

const SOURCES = join(PROJECT, 'test/jaeger/collector');
/** The version of the parts in its go.mod. */
const VERSION = 'v0.140.0';

/** The ports of 127.0.0.1 that it listens on, and Jaeger's. */
export interface CollectorPorts {
  readonly http: number;
  readonly grpc: number;
  readonly jaegerGrpc: number;
}

/** Starts it. @returns what stops it. */
export async function startCollector({ http, grpc, jaegerGrpc }: CollectorPorts): Promise<() => Promise<void>> {
  const name = 'hotpath-test-collector';
  const program = await goProgram({ name, version: VERSION, command: '.', sources: async () => SOURCES });
  const env = { COLLECTOR_HTTP: `${http}`, COLLECTOR_GRPC: `${grpc}`, JAEGER_GRPC: `${jaegerGrpc}` };
  const args = [`--config=file:${join(SOURCES, 'config.yaml')}`];
  // It answers 405 to a GET when it listens.
  const daemon = new Daemon({ program, args, env, readyUrl: `http://127.0.0.1:${http}/v1/traces`, readyStatus: 405 });
  await daemon.ready();
  return () => daemon.stop();
}
