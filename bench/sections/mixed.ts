/**
 * Mixed traffic: dashboards and products, drawn by Zipf's law as real readers would read them; every fiftieth request is a
 * write, drawn by the same law. The measure is the part that the cache answers, and the part that is left to PostgreSQL.
 */
import type { Section } from '../support/bench.ts';
import { startLoad } from '../support/child.ts';
import { withClient } from '../support/client.ts';
import { openBenchDatabase } from '../support/database.ts';
import { headersFor, productionEnvironment } from '../support/environment.ts';
import type { Mixed, Sent } from '../support/load.ts';
import { startRedis } from '../support/redis.ts';
import { startService } from '../support/service.ts';
import { shown } from '../support/table.ts';
import { zipf } from '../support/zipf.ts';

const CLIENTS = 20;
/** That warm the cache, and then as many that are counted. */
const REQUESTS = { quick: 20_000, full: 100_000 };
/** A run that takes longer has failed. */
const LONGEST_S = 300;
const SEED = 20_260_602;
/** One request in so many is a write. */
const WRITES = 50;

export const mixed: Section = {
  summary: 'dashboards and products by Zipf, one write in fifty requests: hit rate and statements a request',
  async run(bench) {
    const { url: database, version } = await openBenchDatabase(bench, bench.size);
    const environment = { ...productionEnvironment(database), REDIS_URL: await startRedis(bench.stack) };
    const { address: url } = await startService(bench.stack, { name: 'hotpath', environment });
    const load = startLoad(bench.stack);
    const headers = { ...headersFor(environment), 'content-type': 'application/json', 'accept-encoding': 'gzip' };
    const many = bench.quick ? REQUESTS.quick : REQUESTS.full;
    const requests = await drawRequests(database, 2 * many);
    const about = { url, headers, requests, connections: CLIENTS, each: many / CLIENTS, seconds: LONGEST_S };
    const mix = () => load.ask<Mixed>('mix', about);
    await mix();
    const { operations, reads, hits, statements, failures, reasons, ...times } = await mix();
    if (failures > 0) throw new Error(`${failures} requests failed: ${JSON.stringify(reasons)}.`);
    const [hitRate, statementsPerRequest] = [hits / reads, statements / operations];
    const rate = operations / times.seconds;
    const writeShare = 1 - reads / operations;
    return {
      facts: { postgres: version },
      tables: [
        {
          title: `Mixed traffic, ${CLIENTS} connections`,
          columns: ['', 'goal', 'measured'],
          rows: [
            ['reads that the cache answered', '0.90 or more', shown(hitRate, 3)],
            ['statements a request', '0.15 or less', shown(statementsPerRequest, 3)],
            ['writes, of all requests', '', shown(writeShare, 3)],
            ['req/s', '', shown(rate)],
            ['p95 ms', '', shown(times.p95, 1)],
          ],
        },
      ],
      warnings: [],
      figures: { mixed: { hitRate, statementsPerRequest, writeShare, rate, p95Ms: times.p95 } },
      data: { operations, reads, hits, statements, ...times },
    };
  },
};

interface Named {
  readonly id: number;
  readonly name: string;
}

/** Users and products in turn. A write gives what it is drawn for the name that it has: its version rises, no more. */
async function drawRequests(database: string, many: number): Promise<Sent[]> {
  const [users, products] = await withClient(database, async (client) => {
    const draw = async (table: string) => {
      const { rows } = await client.query<Named>(`select id, name from ${table} order by id limit 10000`);
      return zipf(rows, { seed: SEED, count: many / 2 });
    };
    return [await draw('users'), await draw('products')] as const;
  });
  return Array.from({ length: many }, (_, index): Sent => {
    const isUser = index % 2 === 0;
    const { id, name } = (isUser ? users : products)[index >> 1]!;
    const path = `/v1/${isUser ? 'users' : 'products'}/${id}`;
    const isWrite = index % WRITES === Math.floor(index / WRITES) % 2;
    if (isWrite) return { path, method: 'PATCH', body: JSON.stringify({ name }) };
    return { path: isUser ? `${path}/dashboard` : path };
  });
}
