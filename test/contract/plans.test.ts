/**
 * Every statement that the service can send has a plan without a sequential scan of a large table, and without a sort that an
 * index should serve. The test runs EXPLAIN on all of them, on the small seed, with every other table as if it were large.
 */
import { type AcceptedPlan, indexedPlans } from 'hotpath/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { datamodel } from '#datamodel';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { as, testEnvironment } from '../support/app.ts';
import { fillWithChildren } from '../support/children.ts';
import { ownerUrl, scratchDatabase } from '../support/database.ts';
import { holdToDocument } from '../support/replies.ts';

const ACCEPTED: readonly AcceptedPlan[] = [
  {
    question: /\/products\?status=archived.* as user/,
    complaint: /looks through the table products/,
    why: 'So many products are archived that a page of them is met within some hundred rows of any order.',
  },
];

let url: string;
let app: App;

beforeAll(async () => {
  url = await scratchDatabase('small');
  // A row for the tables that the seed leaves empty.
  await fillWithChildren(url, datamodel, 1);
  app = buildApp(loadConfig(testEnvironment(url)));
  holdToDocument(app);
  await app.ready();
}, 120_000);

afterAll(() => app.close());

it('has an index for every possible request', async () => {
  const viewers = { admin: as(1, 'admin'), user: as(1) };
  const { statements } = await indexedPlans({ app, as: viewers, owner: ownerUrl(url), accept: ACCEPTED });
  expect(statements).toBeGreaterThan(100);
}, 120_000);
