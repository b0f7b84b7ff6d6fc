/** Every proof of `hotpath/testing` passes for a right service. */
import { constantStatements, indexedPlans, pages, policies, soundFreshness, statementSnapshots } from 'hotpath/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { as, type Blog, openBlog } from './blog.ts';

let blog: Blog;

beforeAll(async () => {
  blog = await openBlog();
}, 60_000);

afterAll(() => blog[Symbol.asyncDispose]());

it('counts statements, of existing rows', async () => {
  const costs = await constantStatements({ app: blog.app, as });
  expect(costs.find(({ route, viewer }) => route === '/posts' && viewer === 'alice')).toEqual({
    route: '/posts',
    viewer: 'alice',
    budget: 1,
    statements: [1, 1, 1],
    rows: [1, 10, 30],
  });
});

it('finds an index for each statement, also on small tables', async () => {
  expect(await indexedPlans({ app: blog.app, as })).toEqual({
    questions: expect.any(Number),
    statements: expect.any(Number),
  });
});

it('walks all pages', async () => {
  const walked = await pages({ app: blog.app, as });
  expect(walked.find(({ question }) => question.startsWith('GET /posts?limit=7&fields=id&sort=-likes'))).toMatchObject({
    before: 30,
    seen: 30,
  });
});

it('finds no row that a policy hides', async () => {
  const { hidden, rows } = await policies({ app: blog.app, as });
  expect([hidden['comment'], rows > 100]).toEqual([expect.any(Number), true]);
  expect(hidden['comment']).toBeGreaterThan(0);
});

it('returns the statements of each route as data', async () => {
  const texts = await statementSnapshots({ app: blog.app, as });
  expect(Object.keys(texts)).toEqual(['/posts', '/posts/:id', '/posts/:id/comments', '/comments', '/people/:id']);
  expect(texts['/posts/:id']).toMatch(/^-- GET \/posts\/:id\n\n(.|\n)*"post"(.|\n)*;\n$/);
});

it('finds no stale answer of the cache', async () => {
  const { compared, hits, changed } = await soundFreshness({ app: blog.app, as, writes: 24 });
  expect(compared).toBeGreaterThan(100);
  expect(hits).toBeGreaterThan(0);
  expect(changed).toBeGreaterThan(0);
}, 30_000);
