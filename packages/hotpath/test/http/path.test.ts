import Fastify from 'fastify';
import { hasOptionalParameter, parametersIn } from 'hotpath/http/path';
import { expect, it } from 'vitest';

it.each([
  ['/products', '/products'],
  ['/products/:id', '/products/7'],
  ['/members/:kind/:user_Id', '/members/a/b'],
  ['/gates/:gate-:seat', '/gates/north-7'],
  ['/files/:name.:ending', '/files/a.csv'],
  ['/days/:day(^\\d{4}-\\d\\d$)', '/days/2026-01'],
  ['/:a(^(x|\\)|y):?$)/:b', '/x/y'],
  ['/names::of/:id', '/names:of/7'],
  ['/files/*', '/files/a/b'],
])('finds the parameters of %s as the router does', async (path, url) => {
  const app = Fastify();
  app.get(path, async ({ params }) => Object.keys(params as object));
  expect((await app.inject(url)).json()).toEqual(parametersIn(path));
  expect(hasOptionalParameter(path)).toBe(false);
  await app.close();
});

it('knows an optional parameter', () => {
  expect(parametersIn('/days/:day?')).toEqual(['day']);
  expect(hasOptionalParameter('/days/:day?')).toBe(true);
});
