/** A read right after the answer to a write, whatever the status of that answer. */
import { expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { as, useApp } from '../support/app.ts';

function addWrites(app: App): void {
  app.register(async (scope) => {
    const rename = async (name: string) =>
      void (await scope.pool.query('UPDATE products SET name = $1 WHERE id = 1', [name]));
    const config = { budget: 1, public: true } as const;
    scope.post<{ Params: { name: string } }>('/redirects/:name', { config }, async ({ params }, reply) => {
      await rename(params.name);
      return reply.redirect('/v1/products/1', 303);
    });
    scope.post<{ Params: { name: string } }>('/fails/:name', { config }, async ({ params }) => {
      await rename(params.name);
      throw Object.assign(new Error('The mail server is away.'), { statusCode: 502 });
    });
  });
}

const app = useApp({ seeded: true, extend: addWrites });

it.each([
  ['a redirect', '/redirects', 303],
  ['a failure', '/fails', 500],
])('shows the write after %s', async (_what, path, status) => {
  const nameNow = async () => {
    const reply = await app().inject({ url: '/v1/products/1?fields=id,name', headers: as(1) });
    return reply.json().data.name;
  };
  for (let turn = 0; turn < 20; turn += 1) {
    await nameNow();
    const name = `Name ${turn}`;
    const reply = await app().inject({ method: 'POST', url: `${path}/${encodeURIComponent(name)}` });
    expect([reply.statusCode, await nameNow()]).toEqual([status, name]);
  }
});
