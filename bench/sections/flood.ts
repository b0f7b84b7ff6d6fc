/**
 * A flood: anonymous clients ask distinct questions as fast as the service answers, while honest users go on with their
 * reads. A cache of 16 MB holds the answers of the honest users. The measure is the part that memory still answers.
 */
import type { Bench, Section } from '../support/bench.ts';
import { type Child, startLoad } from '../support/child.ts';
import { withClient } from '../support/client.ts';
import { openBenchDatabase } from '../support/database.ts';
import { headersFor, productionEnvironment } from '../support/environment.ts';
import type { Mix, Mixed, Sent } from '../support/load.ts';
import { startRedis } from '../support/redis.ts';
import { startService } from '../support/service.ts';
import { shown } from '../support/table.ts';
import { randomNumbers } from '../support/zipf.ts';

const MEMORY_BYTES = 16 * 1024 * 1024;
/** The reads of honest users, each as often as the others: dashboards by viewers, products by the public. Some 10 MB. */
const READ = { dashboards: 250, products: 2000 };
/** Of all viewers, and of the public, a second. */
const HONEST_RATE = 200;
const CONNECTIONS = { honest: 4, flood: 8 };
const SEED = 20_260_603;
/** Distinct questions; more than the clients ask. */
const QUESTIONS = 400_000;
/** How often each thing is read before anything is measured. */
const WARM_UP = 6;

interface Crowd {
  readonly load: Child;
  readonly about: Omit<Mix, 'seconds'>;
}

export const flood: Section = {
  summary: 'distinct questions of anonymous clients: how much memory still answers of what others read',
  size: 'small',
  async run(bench) {
    const seconds = bench.quick ? 10 : 40;
    const { url: database, version } = await openBenchDatabase(bench, bench.size);
    const { viewers, strangers, flooding } = await startCrowds(bench, database);
    const honest = [viewers, strangers] as const;
    await Promise.all(honest.map(warmUp));
    const calm = await Promise.all(honest.map((crowd) => read(crowd, { seconds, overallRate: HONEST_RATE })));
    const [ofFlood, ...flooded] = await Promise.all([
      read(flooding, { seconds }),
      ...honest.map((crowd) => read(crowd, { seconds, overallRate: HONEST_RATE })),
    ]);
    const figures = {
      calmMemoryHitRate: rateOf(calm, 'memoryHits'),
      honestHitRate: rateOf(flooded, 'hits'),
      honestMemoryHitRate: rateOf(flooded, 'memoryHits'),
      viewersMemoryHitRate: rateOf([flooded[0]!], 'memoryHits'),
      publicMemoryHitRate: rateOf([flooded[1]!], 'memoryHits'),
      floodRate: ofFlood!.operations / ofFlood!.seconds,
    };
    return {
      facts: { postgres: version },
      tables: [
        {
          title: `A flood of ${shown(figures.floodRate)} distinct questions a second, with 16 MB of memory`,
          columns: ['', 'goal', 'measured'],
          rows: [
            ['honest reads that memory answered before', '', shown(figures.calmMemoryHitRate, 3)],
            ['under the flood', '0.95 or more', shown(figures.honestMemoryHitRate, 3)],
            ['of viewers', '', shown(figures.viewersMemoryHitRate, 3)],
            ['of the public', '', shown(figures.publicMemoryHitRate, 3)],
            ['that memory or Redis answered', '0.95 or more', shown(figures.honestHitRate, 3)],
          ],
        },
      ],
      warnings: [],
      figures: { flood: figures },
      data: { calm, flooded, flood: ofFlood! },
    };
  },
};

/** Each asks from a process of its own, so that none holds up another. */
async function startCrowds(bench: Bench, database: string) {
  const redis = { REDIS_URL: await startRedis(bench.stack), CACHE_MEMORY_BYTES: String(MEMORY_BYTES) };
  const environment = { ...productionEnvironment(database), ...redis };
  const { address: url } = await startService(bench.stack, { name: 'hotpath', environment });
  const crowdOf = (about: Pick<Mix, 'connections' | 'headers' | 'requests'>): Crowd => ({
    load: startLoad(bench.stack),
    about: { url, ...about },
  });
  const { honest: connections } = CONNECTIONS;
  const { users, products } = await idsOf(database);
  const dashboards = drawn(users, (id) => `/v1/users/${id}/dashboard`);
  const pages = drawn(products, (id) => `/v1/products/${id}`);
  return {
    viewers: crowdOf({ connections, headers: headersFor(environment), requests: dashboards }),
    strangers: crowdOf({ connections, headers: {}, requests: pages }),
    flooding: crowdOf({ connections: CONNECTIONS.flood, headers: {}, requests: distinctQuestions() }),
  };
}

/** Of what there is to read by those who read it. */
const idsOf = (database: string) =>
  withClient(database, async (client) => {
    const ids = async (from: string, many: number): Promise<number[]> => {
      const { rows } = await client.query<{ id: number }>(`select id from ${from} order by id limit ${many}`);
      return rows.map(({ id }) => id);
    };
    const products = await ids(`products where status = 'active'`, READ.products);
    return { users: await ids('users', READ.dashboards), products };
  });

/** Paths in a random order, each once in every so many. */
function drawn(ids: readonly number[], pathOf: (id: number) => string): Sent[] {
  const random = randomNumbers(SEED + ids.length);
  const once = () =>
    ids
      .map((id) => ({ path: pathOf(id), at: random() }))
      .sort((one, other) => one.at - other.at)
      .map(({ path }) => ({ path }));
  return Array.from({ length: WARM_UP }, once).flat();
}

const FIELDS = ['id', 'name', 'price', 'rating', 'inStock'];

function distinctQuestions(): Sent[] {
  return Array.from({ length: QUESTIONS }, (_, index) => {
    const first = index % FIELDS.length;
    const fields = [...FIELDS.slice(first), ...FIELDS.slice(0, first)].join(',');
    return { path: `/v1/products?fields=${fields}&price[gte]=${(index / 10_000).toFixed(4)}&limit=5` };
  });
}

async function read({ load, about }: Crowd, more: Pick<Mix, 'seconds' | 'each' | 'overallRate'>): Promise<Mixed> {
  const mixed = await load.ask<Mixed>('mix', { ...about, ...more });
  if (mixed.failures > 0) throw new Error(`${mixed.failures} requests failed: ${JSON.stringify(mixed.reasons)}.`);
  return mixed;
}

const LONGEST_S = 300;

const warmUp = (crowd: Crowd): Promise<Mixed> =>
  read(crowd, { seconds: LONGEST_S, each: crowd.about.requests.length / crowd.about.connections });

function rateOf(all: readonly Mixed[], what: 'hits' | 'memoryHits'): number {
  const sum = (key: 'reads' | 'hits' | 'memoryHits') => all.reduce((total, mixed) => total + mixed[key], 0);
  return sum(what) / sum('reads');
}
