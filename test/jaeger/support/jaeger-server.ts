/**
 * A Jaeger v2 for the tests, with the unchanged `jaeger/config.yaml`. A second file sets its addresses: free ports, and the files of
 * this repository.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { PROJECT } from '../../../src/dev/home.ts';
import { freePort } from '../../support/free-port.ts';
import { Daemon } from './daemon.ts';
import { goModule, goProgram } from './go-program.ts';

const MODULE = 'github.com/jaegertracing/jaeger';
/** Its `cmd/jaeger` is Jaeger v2.13: both versions are released together. */
const VERSION = 'v1.76.0';

export interface JaegerServer {
  /** The ports of 127.0.0.1 that it listens on. */
  readonly ports: Readonly<Record<'http' | 'grpc' | 'query' | 'sampling' | 'spans', number>>;
  stop(): Promise<void>;
}

const jaegerProgram = () =>
  goProgram({ name: 'jaeger', version: VERSION, command: './cmd/jaeger', sources: () => goModule(MODULE, VERSION) });

/** Starts it. @param prometheusPort the port of the Prometheus that has the metrics made of spans. */
export async function startJaeger(prometheusPort: number): Promise<JaegerServer> {
  const program = await jaegerProgram();
  const [http, grpc, query, sampling, spans, health, own, queryGrpc, samplingGrpc] = await freePorts(9);
  const ports = { http, grpc, query, sampling, spans } as JaegerServer['ports'];
  const folder = await mkdtemp(join(tmpdir(), 'hotpath-jaeger-'));
  const addresses = join(folder, 'addresses.yaml');
  await writeFile(
    addresses,
    stringify(addressesOf({ ...ports, health, own, queryGrpc, samplingGrpc, prometheusPort })),
  );
  const config = join(PROJECT, 'jaeger/config.yaml');
  const args = [`--config=file:${config}`, `--config=file:${addresses}`];
  const daemon = new Daemon({ program, args, readyUrl: `http://127.0.0.1:${health}/status` });
  await daemon.ready();
  return {
    ports,
    async stop() {
      await daemon.stop();
      await rm(folder, { recursive: true });
    },
  };
}

type Ports = Readonly<Record<string, number | undefined>>;

const at = (port: number | undefined) => `127.0.0.1:${port}`;

const addressesOf = (ports: Ports) => ({
  extensions: {
    healthcheckv2: { http: { endpoint: at(ports['health']) } },
    jaeger_storage: {
      metric_backends: { span_metrics: { prometheus: { endpoint: `http://${at(ports['prometheusPort'])}` } } },
    },
    jaeger_query: {
      ui: { config_file: join(PROJECT, 'jaeger/ui.json') },
      http: { endpoint: at(ports['query']) },
      grpc: { endpoint: at(ports['queryGrpc']) },
    },
    remote_sampling: {
      file: { path: join(PROJECT, 'jaeger/sampling.json') },
      http: { endpoint: at(ports['sampling']) },
      grpc: { endpoint: at(ports['samplingGrpc']) },
    },
  },
  receivers: {
    otlp: { protocols: { grpc: { endpoint: at(ports['grpc']) }, http: { endpoint: at(ports['http']) } } },
  },
  exporters: { prometheus: { endpoint: at(ports['spans']) } },
  service: {
    telemetry: {
      metrics: { readers: [{ pull: { exporter: { prometheus: { host: '127.0.0.1', port: ports['own'] } } } }] },
    },
  },
});

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
