/**
 * Every list, in each of its orders, is read to its last page without gap or repetition while rows are inserted: all
 * lists page by page in step, with more rows in every table between the first steps.
 */

import type { Resource } from 'hotpath/resource/resource';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { datamodel } from '#datamodel';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { as, testEnvironment } from '../support/app.ts';
import { fillWithChildren } from '../support/children.ts';
import { scratchDatabase } from '../support/database.ts';
import { documentOf } from '../support/openapi.ts';
import { holdToDocument } from '../support/replies.ts';
import { collectRoutes, type FoundRoute, pathOfFirst } from './routes.ts';

const ROWS_AT_FIRST = 20;
const ROWS_A_PAGE = 7;
const STEPS_WITH_MORE = 2;

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

/** All that tells one row from another: its fields, and the rows that it belongs to. */
function identity(resource: Resource): string {
  const { resources } = app.hotpath;
  const belongings = Object.keys(resource.relations).filter((name) => !resources.relation(resource, name).list);
  return [
    ...resource.fields,
    ...belongings.map((name) => `${name}(${resources.target(resource, name).fields})`),
  ].join();
}

const questions = (): string[] =>
  routes
    .filter(({ read }) => read?.kind === 'list')
    .flatMap((route) => {
      const { resource } = route.read!;
      const sorts = ['', ...resource.sorts.flatMap((sort) => [`&sort=${sort}`, `&sort=-${sort}`])];
      return sorts.map((sort) => `${pathOfFirst(route)}?fields=${identity(resource)}${sort}`);
    });

async function read(question: string): Promise<{ rows: string[]; next: string | undefined }> {
  const reply = await app.inject({ url: question, headers: as(1, 'admin') });
  expect([reply.statusCode, reply.statusCode === 200 ? '' : reply.payload]).toEqual([200, '']);
  const { data, meta } = reply.json();
  return { rows: data.map((row: object) => JSON.stringify(row)), next: meta.next };
}

/** A list that is being read. */
interface Walk {
  readonly question: string;
  readonly before: readonly string[];
  readonly seen: string[];
  next: string | undefined;
}

async function start(question: string): Promise<Walk> {
  const { rows: before } = await read(`${question}&limit=100`);
  const { rows: seen, next } = await read(`${question}&limit=${ROWS_A_PAGE}`);
  return { question, before, seen, next };
}

async function goOn(walk: Walk): Promise<void> {
  const { rows, next } = await read(`${walk.question}&limit=${ROWS_A_PAGE}&after=${walk.next}`);
  walk.seen.push(...rows);
  walk.next = next;
}

it('has each row once, that was there when it was begun', async () => {
  const walks = await Promise.all(questions().map(start));
  for (let step = 1; walks.some(({ next }) => next); step += 1) {
    if (step <= STEPS_WITH_MORE) await fillWithChildren(url, datamodel, ROWS_AT_FIRST + step);
    await Promise.all(walks.filter(({ next }) => next).map(goOn));
  }
  for (const { question, before, seen } of walks) {
    expect([question, before.length]).toEqual([question, ROWS_AT_FIRST]);
    expect([question, seen.filter((row) => before.includes(row))]).toEqual([question, before]);
    expect([question, new Set(seen).size]).toEqual([question, seen.length]);
  }
  expect(walks.length).toBeGreaterThan(30);
  expect(walks.some(({ before, seen }) => seen.length > before.length)).toBe(true);
});
