/**
 * The cost of each GET route, printed as a table. The number of statements does not grow with the rows: the test requests
 * each route at 1, 10 and 100 children. The table also compares the bytes that it sends with those of a service that sends
 * full rows, on the seed.
 */
import { constantStatements, type RouteCost } from 'hotpath/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datamodel } from '#datamodel';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { as, testEnvironment } from '../support/app.ts';
import { fillWithChildren } from '../support/children.ts';
import { scratchDatabase } from '../support/database.ts';
import { holdToDocument } from '../support/replies.ts';
import { bytesOfFullRows } from './full-rows.ts';
import { collectRoutes, type FoundRoute, paramsOfFirst, pathOfFirst } from './routes.ts';

/** The measurements of each route, by its path. */
const table: Record<string, Record<string, string | number>> = {};

let url: string;
let app: App;
let seeded: App;
let routes: FoundRoute[];

beforeAll(async () => {
  url = await scratchDatabase();
  app = buildApp(loadConfig(testEnvironment(url)));
  holdToDocument(app);
  routes = collectRoutes(app);
  await app.ready();
  seeded = buildApp(loadConfig(testEnvironment(await scratchDatabase('small'))));
  await seeded.ready();
}, 60_000);

afterAll(async () => {
  console.table(table);
  await Promise.all([seeded.close(), app.close()]);
});

describe('a GET route', () => {
  it('sends the same number of statements at 1, 10 and 100 children, within its budget', async () => {
    const costs = await constantStatements({
      app,
      as: { admin: as(1, 'admin'), user: as(1) },
      params: paramsOfFirst(routes),
      rows: (children) => fillWithChildren(url, datamodel, children),
      also: routes.filter(({ read }) => !read).map(pathOfFirst),
    });
    for (const cost of costs.filter(({ viewer }) => viewer === 'admin')) {
      const { budget } = routes.find((route) => route.url === cost.route || pathOfFirst(route) === cost.route)!;
      table[cost.route] = { budget, statements: cost.statements.join('/'), rows: cost.rows.join('/') };
      expect(Math.max(...cost.statements)).toBeLessThanOrEqual(budget);
    }
    expect(Object.keys(table)).toHaveLength(routes.length);
    for (const { route, rows } of listsOf(costs)) {
      // If only their creation times tell rows apart, the reply has more rows than requested.
      expect([route, rows.map((count, index) => count >= 10 ** index)]).toEqual([route, [true, true, true]]);
    }
  }, 60_000);

  it('sends a part of the bytes of full rows', async () => {
    for (const route of routes.filter(({ read }) => read !== undefined)) {
      const reply = await seeded.inject({ url: pathOfFirst(route), headers: as(1, 'admin') });
      // Rows of the seed without numbers as ids have no first row.
      if (reply.statusCode === 404) continue;
      const [lean, full] = [Buffer.byteLength(reply.payload), await bytesOfFullRows(seeded, route)];
      Object.assign(table[route.url]!, { lean, full, share: `${Math.round((100 * lean) / full)}%` });
    }
    const shareOf = (path: string) => Number(table[path]!['lean']) / Number(table[path]!['full']);
    expect(shareOf('/v1/users/:id/dashboard')).toBeLessThanOrEqual(0.15);
    expect(shareOf('/v1/products')).toBeLessThanOrEqual(0.15);
  });
});

/** The lists that an administrator reads. */
const listsOf = (costs: readonly RouteCost[]): RouteCost[] => {
  const lists = new Set(routes.filter(({ read }) => read?.kind === 'list').map((route) => route.url));
  return costs.filter(({ route, viewer }) => viewer === 'admin' && lists.has(route));
};
