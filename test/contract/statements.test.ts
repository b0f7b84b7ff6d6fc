/**
 * The SQL of every read route, in a file beside the module that declares it, so that a changed statement shows in the diff.
 * `npx vitest run test/contract/statements.test.ts -u` writes them again.
 */
import { join } from 'node:path';
import { statementSnapshots } from 'hotpath/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { modules } from '../../src/domain/index.ts';
import { as, testEnvironment } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { collectRoutes, type FoundRoute, paramsOfFirst } from './routes.ts';

const DOMAIN = join(import.meta.dirname, '../../src/domain');

let app: App;
let routes: FoundRoute[];
let texts: Record<string, string>;

beforeAll(async () => {
  app = buildApp(loadConfig(testEnvironment(await testDatabaseUrl())));
  routes = collectRoutes(app);
  await app.ready();
  texts = await statementSnapshots({ app, as: { admin: as(1, 'admin') }, params: paramsOfFirst(routes) });
});

afterAll(() => app.close());

it.each(modules)('keeps the statements of $name', async ({ name, resources }) => {
  const own = routes.filter(({ read }) => read && resources.includes(read.resource)).map(({ url }) => texts[url]);
  expect(own.length).toBeGreaterThan(0);
  await expect(own.join('\n')).toMatchFileSnapshot(join(DOMAIN, name, 'statements.sql'));
});
