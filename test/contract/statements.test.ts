/**
 * The SQL of every read route, in a file beside the module that declares it, so that a change of a statement shows in
 * the diff of a change. `npx vitest run test/contract/statements.test.ts -u` writes them anew.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { modules } from '../../src/domain/index.ts';
import { as, testEnvironment } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { collectRoutes, type FoundRoute, pathOfFirst } from './routes.ts';
import { catchStatements } from './statements.ts';

const DOMAIN = join(import.meta.dirname, '../../src/domain');

let app: App;
let routes: FoundRoute[];

beforeAll(async () => {
  app = buildApp(loadConfig(testEnvironment(await testDatabaseUrl())));
  routes = collectRoutes(app);
  await app.ready();
});

afterAll(() => app.close());

async function statementsOf(route: FoundRoute): Promise<string> {
  const texts = await catchStatements(app, () => app.inject({ url: pathOfFirst(route), headers: as(1, 'admin') }));
  return texts.map(({ text }) => `-- GET ${route.url}\n\n${text};\n`).join('\n');
}

it.each(modules)('keeps the statements of $name', async ({ name, resources }) => {
  const texts = [];
  for (const route of routes)
    if (route.read && resources.includes(route.read.resource)) texts.push(await statementsOf(route));
  expect(texts.length).toBeGreaterThan(0);
  await expect(texts.join('\n')).toMatchFileSnapshot(join(DOMAIN, name, 'statements.sql'));
});
