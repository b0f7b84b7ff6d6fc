/** The service and who asks it for dashboards. */
import type { Bench, BenchSize } from '../../support/bench.ts';
import { startLoad } from '../../support/child.ts';
import { openBenchDatabase } from '../../support/database.ts';
import { type ChildEnvironment, headersFor, productionEnvironment } from '../../support/environment.ts';
import type { Mixed } from '../../support/load.ts';
import { type Service, startService } from '../../support/service.ts';

/** The number of users whose dashboards the clients read, in turn. */
const USERS = 200;

export interface AskTarget {
  readonly connections: number;
  readonly seconds: number;
  readonly connectSeconds?: number;
}

export interface Target {
  readonly server: Service;
  readonly send: (ask: AskTarget) => Promise<Mixed>;
}

export interface TargetOptions {
  readonly environment?: ChildEnvironment;
  /** Of the data; the bench's own without it. */
  readonly size?: BenchSize;
}

export async function startTarget(
  bench: Bench,
  { environment = {}, size = bench.size }: TargetOptions,
): Promise<Target> {
  const { url } = await openBenchDatabase(bench, size);
  const production = { ...productionEnvironment(url), ...environment };
  const server = await startService(bench.stack, { name: 'hotpath', environment: production });
  const load = startLoad(bench.stack);
  const requests = Array.from({ length: USERS }, (_, index) => ({ path: `/v1/users/${index + 1}/dashboard` }));
  const about = { url: server.address, headers: headersFor(production), requests };
  return { server, send: (ask) => load.ask<Mixed>('mix', { ...about, ...ask }) };
}
