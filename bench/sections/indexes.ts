/**
 * The advice on indexes in times: every statement of the service on two copies of a database, one with the project's
 * indexes, one whose secondary indexes were dropped and brought back by the advisor. The copies take turns, statement by statement.
 */
import { type AskedShape, askedShapes } from 'hotpath/advisor/asked-shapes';
import { adviseIndexes } from 'hotpath/advisor/indexes/advise-indexes';
import { withClone } from 'hotpath/advisor/indexes/clone';
import { type PlannedStatement, StatementPlanner } from 'hotpath/advisor/indexes/planner';
import { readWorkload, wantedStatements } from 'hotpath/advisor/indexes/workload';
import type pg from 'pg';
import { datamodel } from '#datamodel';
import { buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { Bench, Section } from '../support/bench.ts';
import { withClient } from '../support/client.ts';
import { copyDatabase } from '../support/copy-database.ts';
import { openBenchDatabase, openServer } from '../support/database.ts';
import { productionEnvironment } from '../support/environment.ts';
import { median } from '../support/race.ts';
import { shown } from '../support/table.ts';

/** PostgreSQL plans a prepared statement for its values five times, and may keep a plan from then on. */
const WARM_UP = 6;
const ROUNDS = 11;
/**
 * Statements that seem slower are measured again, by more rounds and three times on new connections, of which the median
 * counts: of some hundred, chance makes some seem so, and the processor on which a server process happens to be does so for
 * as long as its connection lives.
 */
const AGAIN = { rounds: 61, times: 3 };
const SLOWER = 1.1;
/** Differences below are those of the clock and of the connection. */
const LEAST_MS = 0.05;
const SHOWN = 10;

const SECONDARY = `
  SELECT format('DROP INDEX %s', i.indexrelid::regclass) AS sql
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
   WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisunique`;

interface ComparedTimes {
  readonly request: string;
  readonly oursMs: number;
  readonly advisedMs: number;
}

export const indexes: Section = {
  summary:
    'every statement of the service with the indexes of the project, and with those that the advisor brings back',
  async run(bench) {
    const { url, version } = await openBenchDatabase(bench, bench.size);
    const [ours, advised] = await copies(bench, url);
    const shapes = await shapesOf(ours);
    bench.log(`Advising for ${shapes.length} statements.`);
    const sql = await withAdvice(advised, shapes);
    for (const each of [ours, advised]) await withClient(each, (client) => client.query('VACUUM ANALYZE'));
    const times = await compared(bench, shapes, [ours, advised]);
    const slower = times.filter(isSlower).toSorted((a, b) => lossOf(b) - lossOf(a));
    const figures = {
      statements: times.length,
      indexes: sql.length,
      slower: slower.length,
      oursMs: sumOf(times.map(({ oursMs }) => oursMs)),
      advisedMs: sumOf(times.map(({ advisedMs }) => advisedMs)),
    };
    return {
      facts: { postgres: version },
      tables: [
        {
          title: `${times.length} statements, with the indexes of the project and with ${sql.length} advised ones`,
          columns: ['', 'project', 'advised'],
          rows: [
            ['all medians together, ms', shown(figures.oursMs), shown(figures.advisedMs)],
            [`slower by more than 10% and ${LEAST_MS} ms`, '', String(slower.length)],
            ...slower
              .slice(0, SHOWN)
              .map(({ request, oursMs, advisedMs }) => [request, shown(oursMs, 2), shown(advisedMs, 2)]),
          ],
        },
      ],
      warnings: [],
      figures: { indexes: figures },
      data: { times, sql },
    };
  },
};

const isSlower = ({ oursMs, advisedMs }: ComparedTimes): boolean =>
  advisedMs > oursMs * SLOWER && advisedMs - oursMs > LEAST_MS;
const lossOf = ({ oursMs, advisedMs }: ComparedTimes): number => advisedMs - oursMs;
const sumOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);

async function copies(bench: Bench, url: string): Promise<readonly [string, string]> {
  const server = await openServer(bench);
  const from = new URL(url).pathname.slice(1);
  const names = ['advice_ours', 'advice_advised'] as const;
  for (const to of names) {
    await withClient(server.url(), (admin) => copyDatabase(admin, { from, to }));
    bench.stack.defer(() =>
      withClient(server.url(), async (admin) => void (await admin.query(`DROP DATABASE ${to} WITH (FORCE)`))),
    );
  }
  return [server.url(names[0]), server.url(names[1])];
}

async function shapesOf(url: string): Promise<AskedShape[]> {
  const app = buildApp(loadConfig({ ...productionEnvironment(url), DATABASE_CONNECTION_TIMEOUT_MS: '60000' }));
  await app.ready();
  try {
    return askedShapes(app.hotpath);
  } finally {
    await app.close();
  }
}

/** Drops the secondary indexes of a database, and makes those that the advisor names. */
async function withAdvice(url: string, shapes: readonly AskedShape[]): Promise<readonly string[]> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ sql: string }>(SECONDARY);
    for (const { sql } of rows) await client.query(sql);
    await client.query('VACUUM ANALYZE');
  });
  const found = await withClone(url, (clone) =>
    withClient(url, (client) => adviseIndexes({ client, clone, shapes, counted: undefined, dataModel: datamodel })),
  );
  if ('missing' in found) throw new Error(found.missing);
  const sql = found.indexes.map((each) => each.sql);
  await withClient(url, async (client) => {
    for (const each of sql) await client.query(each);
  });
  return sql;
}

type Urls = readonly [ours: string, advised: string];
type Clients = readonly [ours: pg.Client, advised: pg.Client];

const withClients = <T>([ours, advised]: Urls, work: (clients: Clients) => Promise<T>): Promise<T> =>
  withClient(ours, (one) => withClient(advised, (other) => work([one, other])));

function compared(bench: Bench, shapes: readonly AskedShape[], urls: Urls): Promise<ComparedTimes[]> {
  return withClients(urls, async (clients) => {
    const { statements } = await readWorkload(new StatementPlanner(clients[0]), wantedStatements(shapes, undefined));
    const times: ComparedTimes[] = [];
    for (const [index, statement] of statements.entries()) {
      const time = await timesOf(statement, clients, { index, rounds: ROUNDS });
      times.push(isSlower(time) ? await timesAgain(statement, urls, index) : time);
      if ((index + 1) % 100 === 0) bench.log(`${index + 1} of ${statements.length} statements`);
    }
    return times;
  });
}

async function timesAgain(statement: PlannedStatement, urls: Urls, index: number): Promise<ComparedTimes> {
  const again: ComparedTimes[] = [];
  while (again.length < AGAIN.times) {
    again.push(await withClients(urls, (clients) => timesOf(statement, clients, { index, rounds: AGAIN.rounds })));
  }
  return again.toSorted((one, other) => lossOf(one) - lossOf(other))[Math.floor(AGAIN.times / 2)]!;
}

async function timesOf(
  { text, values, routes }: PlannedStatement,
  clients: Clients,
  { index, rounds }: { readonly index: number; readonly rounds: number },
): Promise<ComparedTimes> {
  const measured: [number[], number[]] = [[], []];
  for (let round = -WARM_UP; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const start = performance.now();
      await clients[side].query({ name: `asked_${index}`, text, values: [...values] });
      if (round >= 0) measured[side].push(performance.now() - start);
    }
  }
  return { request: routes[0]!, oursMs: median(measured[0]), advisedMs: median(measured[1]) };
}
