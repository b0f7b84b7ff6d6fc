import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { type ErrorName, errors, isRequestError, requestError } from 'hotpath/http/errors';
import { problemOf } from 'hotpath/http/problem';
import { expect, it } from 'vitest';

const document = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
const documented = [...document.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
  code,
  Number(status),
]);
const registry = Object.keys(errors).map((name) => requestError(name as ErrorName, 'detail'));

it('documents every error of the registry with its status, and no other', () => {
  expect(documented).toEqual(registry.map((error) => [error.code, error.statusCode]));
});

it('tells its own errors from others', () => {
  expect(registry.every(isRequestError)).toBe(true);
  expect(isRequestError(Object.assign(new Error('no'), { code: '42P01' }))).toBe(false);
});

it('titles a problem after its status', () => {
  const problem = problemOf({ status: 404, code: 'NOT_FOUND', detail: 'No.' }, { path: '/x', id: 'r1' });
  expect(problem).toEqual({
    type: 'urn:hotpath:problem:not-found',
    title: STATUS_CODES[404],
    status: 404,
    code: 'NOT_FOUND',
    detail: 'No.',
    instance: '/x',
    requestId: 'r1',
  });
});
