/**
 * Every list, in each of its orders, is read to its last page without gap or repetition while the test inserts rows. It reads
 * all lists page by page in step, and inserts rows into every table between the first steps.
 */
import { pages } from 'hotpath/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { datamodel } from '#datamodel';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { as, testEnvironment } from '../support/app.ts';
import { fillWithChildren } from '../support/children.ts';
import { scratchDatabase } from '../support/database.ts';
import { documentOf } from '../support/openapi.ts';
import { holdToDocument } from '../support/replies.ts';
import { collectRoutes, type FoundRoute, paramsOfFirst } from './routes.ts';

const ROWS_AT_FIRST = 20;

let url: string;
let app: App;
let routes: FoundRoute[];

beforeAll(async () => {
  url = await scratchDatabase();
  await fillWithChildren(url, datamodel, ROWS_AT_FIRST);
  app = buildApp(loadConfig(testEnvironment(url)));
  holdToDocument(app);
  routes = collectRoutes(app);
  await app.ready();
  // Made here, so that no test waits for it.
  documentOf(app);
});

afterAll(() => app.close());

it('shows once each row that existed at the beginning', async () => {
  let rows = ROWS_AT_FIRST;
  const during = () => fillWithChildren(url, datamodel, ++rows);
  const walks = await pages({ app, as: { admin: as(1, 'admin'), user: as(1) }, params: paramsOfFirst(routes), during });
  const ofAdmin = walks.filter(({ question }) => question.endsWith(' as admin'));
  expect(ofAdmin.filter(({ before }) => before < ROWS_AT_FIRST)).toEqual([]);
  expect(ofAdmin.length).toBeGreaterThan(30);
  expect(walks.some(({ before, seen }) => seen > before)).toBe(true);
}, 60_000);
