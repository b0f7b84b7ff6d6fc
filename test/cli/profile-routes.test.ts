/** The routes that send each statement which a database has counted: real requests, and every statement that a route can send. */
import { askedShapes } from 'hotpath/advisor/asked-shapes';
import { dearStatements } from 'hotpath/advisor/dear-statements';
import { withRoutes } from 'hotpath/advisor/statement-routes';
import { statementsTable } from 'hotpath/advisor/statements-table';
import { expect, it, onTestFinished } from 'vitest';
import { seed } from '../../prisma/seed/seed.ts';
import { buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { migrate } from '../../src/dev/migrate.ts';
import { as, testEnvironment } from '../support/app.ts';
import { countingDatabase } from '../support/counting-server.ts';
import { onDatabase } from '../support/on-database.ts';
import { letServiceIn } from '../support/service-role.ts';

/** The marketplace on a server that counts statements. */
async function openCountedApp() {
  const url = await countingDatabase();
  await migrate(url);
  await letServiceIn(url);
  await seed({ url, size: 'tiny' });
  const app = buildApp(loadConfig(testEnvironment(url)));
  onTestFinished(() => app.close());
  await app.ready();
  await onDatabase(url, (client) => client.query('SELECT pg_stat_statements_reset()'));
  return { url, app, shapes: askedShapes(app.hotpath) };
}

async function countedIn(url: string) {
  const found = await onDatabase(url, (client) => dearStatements(client, 5000));
  if ('missing' in found) throw new Error(found.missing);
  return found.statements;
}

/** The beginning of a read that the compiler wrote. */
const READ = /^SELECT\n {2}CASE WHEN pg_is_in_recovery/;

const LONG = { timeout: 120_000 };

it('names the route of each request that the service answered from the database', LONG, async () => {
  const { url, app, shapes } = await openCountedApp();
  const asked = [
    ['/v1/products?price[gte]=5&sort=price', 'GET /v1/products'],
    ['/v1/products/1', 'GET /v1/products/:id'],
    ['/v1/users/1/orders?status=pending', 'GET /v1/users/:id/orders'],
    ['/v1/users/1/notifications', 'GET /v1/users/:id/notifications'],
  ] as const;
  for (const [path] of asked) expect((await app.inject({ url: path, headers: as(1) })).statusCode, path).toBe(200);
  const counted = withRoutes(await countedIn(url), shapes);
  for (const [path, route] of asked) {
    const own = counted.filter(({ routes }) => routes?.includes(route));
    expect(
      own.map(({ calls }) => calls),
      path,
    ).toEqual([1]);
    expect(statementsTable(own)).toContain(route);
  }
});

it('finds every statement that a route can send by the text that PostgreSQL keeps of it', LONG, async () => {
  const { url, shapes } = await openCountedApp();
  await onDatabase(url, async (client) => {
    for (const { text, values } of shapes) await client.query(text, [...values]);
  });
  const counted = withRoutes(await countedIn(url), shapes);
  const found = new Set(counted.flatMap(({ routes = [] }) => routes));
  expect([...found].toSorted()).toEqual([...new Set(shapes.map(({ route }) => route))].toSorted());
  const unknown = counted.filter(({ text, routes }) => !routes && READ.test(text));
  expect(unknown.map(({ text }) => text)).toEqual([]);
  // An administrator compares the user of the path alone; a user also compares its subject.
  const own = shapes.filter(({ request }) => request === 'GET /v1/users/:id/orders');
  expect(own.map(({ text }) => text.match(/"order"\."user_id" = /g)?.length).toSorted()).toEqual([1, 2]);
});
