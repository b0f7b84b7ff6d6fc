/** Debian's Prometheus, with the jobs of `deploy/prometheus/prometheus.yml` that scrape Jaeger. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { yamlOf } from '../../deploy/files.ts';
import { programOf } from '../../support/program.ts';
import { Daemon } from './daemon.ts';

interface Scraping {
  readonly scrape_configs: readonly { readonly job_name: string }[];
}

export interface PrometheusOptions {
  readonly port: number;
  /** The address at which Jaeger serves the metrics that it made of spans. */
  readonly spansPort: number;
}

/** Starts it. @returns what stops it. */
export async function startPrometheus({ port, spansPort }: PrometheusOptions): Promise<() => Promise<void>> {
  const program = await programOf({
    names: ['prometheus'],
    debianPackage: 'prometheus',
    advice: 'These tests need prometheus on PATH (apt-get install prometheus).',
  });
  const folder = await mkdtemp(join(tmpdir(), 'hotpath-prometheus-'));
  const file = join(folder, 'prometheus.yml');
  await writeFile(file, stringify(scraping(spansPort)));
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const daemon = await new Daemon({ program, args, readyUrl: `http://127.0.0.1:${port}/-/ready` }).ready();
  return async () => {
    await daemon.stop();
    await rm(folder, { recursive: true });
  };
}

/** The deployed configuration, with a scrape each second and the address of this machine. */
function scraping(spansPort: number) {
  const [deployed] = yamlOf<Scraping>('deploy/prometheus/prometheus.yml');
  const job = deployed!.scrape_configs.find(({ job_name }) => job_name === 'jaeger-spans')!;
  const static_configs = [{ targets: [`127.0.0.1:${spansPort}`] }];
  return { global: { scrape_interval: '1s' }, scrape_configs: [{ ...job, static_configs }] };
}
