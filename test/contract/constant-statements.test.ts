/**
 * What each GET route costs, printed as a table: no more statements on more rows, asked at 1, 10 and 100 children; and
 * the bytes that it sends, beside those of a service that sends full rows, on the seed.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datamodel } from '#datamodel';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { as, testEnvironment } from '../support/app.ts';
import { fillWithChildren } from '../support/children.ts';
import { scratchDatabase } from '../support/database.ts';
import { holdToDocument } from '../support/replies.ts';
import { bytesOfFullRows } from './full-rows.ts';
import { collectRoutes, type FoundRoute, pathOfFirst } from './routes.ts';

const CHILDREN = [1, 10, 100];

/** What was found of each route, by its path. */
const table: Record<string, Record<string, string | number>> = {};

let seeded: App;
const services: { app: App; routes: FoundRoute[]; children: number }[] = [];

beforeAll(async () => {
  for (const children of CHILDREN) {
    const url = await scratchDatabase();
    await fillWithChildren(url, datamodel, children);
    const app = buildApp(loadConfig(testEnvironment(url)));
    holdToDocument(app);
    const routes = collectRoutes(app);
    await app.ready();
    services.push({ app, routes, children });
  }
  seeded = buildApp(loadConfig(testEnvironment(await scratchDatabase('small'))));
  await seeded.ready();
}, 60_000);

afterAll(async () => {
  console.table(table);
  await Promise.all([seeded, ...services.map(({ app }) => app)].map((app) => app.close()));
});

interface Asked {
  readonly statements: number;
  readonly rows: number;
}

async function ask(app: App, url: string): Promise<Asked> {
  const reply = await app.inject({ url, headers: as(1, 'admin') });
  expect([reply.statusCode, reply.statusCode === 200 ? '' : reply.payload]).toEqual([200, '']);
  const statements = Number(/desc="(\d+) statement/.exec(String(reply.headers['server-timing']))?.[1]);
  return { statements, rows: longestList(reply.json()) };
}

function longestList(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).map(longestList);
  return Math.max(Array.isArray(value) ? value.length : 0, ...inside);
}

/** What a route is asked: as it is, at the size of a page, and with each list or row that it can embed. */
function questions(route: FoundRoute, children: number): string[] {
  const { read } = route;
  const path = pathOfFirst(route);
  if (!read) return [path];
  const embeddings = Object.keys(read.resource.relations);
  if (read.kind === 'item') return [path, ...embeddings.map((name) => `${path}?fields=${name}`)];
  const page = `${path}?limit=${children}&fields=${read.resource.fields[0]}`;
  return [page, path, ...embeddings.map((name) => `${path}?limit=1&fields=${name}`)];
}

describe('a GET route', () => {
  it('spends the same number of statements at 1, 10 and 100 children, within its budget', async () => {
    for (const [index, route] of services[0]!.routes.entries()) {
      const asked = await Promise.all(
        services.map(async ({ app, routes, children }) => {
          const replies = [];
          for (const question of questions(routes[index]!, children)) replies.push(await ask(app, question));
          return replies;
        }),
      );
      const statements = asked.map((replies) => Math.max(...replies.map((reply) => reply.statements)));
      const rows = asked.map((replies) => Math.max(...replies.map((reply) => reply.rows)));
      table[route.url] = { budget: route.budget, statements: statements.join('/'), rows: rows.join('/') };
      expect({ route: route.url, statements }).toEqual({
        route: route.url,
        statements: statements.map(() => statements[0]),
      });
      expect(statements[0]).toBeLessThanOrEqual(route.budget);
    }
    expect(Object.keys(table).length).toBeGreaterThan(20);
  });

  it('was asked about rows that grow', async () => {
    const [{ routes } = { routes: [] }] = services;
    for (const route of routes.filter(({ read }) => read?.kind === 'list')) {
      const rows = await Promise.all(
        services.map(async ({ app, children }) => (await ask(app, questions(route, children)[0]!)).rows),
      );
      expect({ route: route.url, rows }).toEqual({ route: route.url, rows: CHILDREN });
    }
  });

  it('sends a part of what full rows are', async () => {
    for (const route of services[0]!.routes.filter(({ read }) => read !== undefined)) {
      const reply = await seeded.inject({ url: pathOfFirst(route), headers: as(1, 'admin') });
      // Of what the seed does not name by numbers there is no first row.
      if (reply.statusCode === 404) continue;
      const [lean, full] = [Buffer.byteLength(reply.payload), await bytesOfFullRows(seeded, route)];
      Object.assign(table[route.url]!, { lean, full, share: `${Math.round((100 * lean) / full)}%` });
    }
    const shareOf = (url: string) => Number(table[url]!['lean']) / Number(table[url]!['full']);
    expect(shareOf('/v1/users/:id/dashboard')).toBeLessThanOrEqual(0.15);
    expect(shareOf('/v1/products')).toBeLessThanOrEqual(0.15);
  });
});
