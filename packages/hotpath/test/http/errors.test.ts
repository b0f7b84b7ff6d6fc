import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { defineErrors, errors, isRequestError, requestError } from 'hotpath/http/errors';
import { problemOf } from 'hotpath/http/problem';
import { expect, it } from 'vitest';
import { domainErrors } from '../../../../src/domain/errors.ts';

const document = readFileSync(new URL('../../../../docs/reference/errors.md', import.meta.url), 'utf8');
const documented = [...document.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
  code,
  Number(status),
]);
const registered = [errors, domainErrors].flatMap(({ definitions }) => Object.values(definitions));

it('documents every error of the library and of the marketplace with its status, and no other', () => {
  expect(documented.toSorted()).toEqual(registered.map(([code, status]) => [code, status]).toSorted());
});

it('distinguishes errors of registries from others', () => {
  const own = defineErrors({ sold: ['SOLD', 409] });
  const error = own.error('sold', 'It is sold.', [{ parameter: 'id', detail: 'is sold' }]);
  expect(error).toMatchObject({ code: 'SOLD', statusCode: 409, message: 'It is sold.', parts: [{ parameter: 'id' }] });
  expect([error, requestError('notFound', 'No.')].map(isRequestError)).toEqual([true, true]);
  for (const code of ['42P01', 'NOT_FOUND']) {
    expect(isRequestError(Object.assign(new Error('no'), { code }))).toBe(false);
  }
});

it('refuses a definition whose code or status is invalid', () => {
  expect(() => defineErrors({ sold: ['sold', 409] })).toThrow("not as ['sold', 409]");
  expect(() => defineErrors({ sold: ['SOLD', 200] })).toThrow("not as ['SOLD', 200]");
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
