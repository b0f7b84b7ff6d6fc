/** The version of a row, in a column beside its JSON. */

import { CompileError } from 'hotpath/compile/error';
import type { ReadRequest } from 'hotpath/compile/plan/read';
import { expect, it } from 'vitest';
import { useApp } from '../../../../test/support/app.ts';
import { readBothForms } from './both-forms.ts';

const app = useApp({ seeded: true });

async function read(request: ReadRequest) {
  return readBothForms(app().pool, app().hotpath.compiler.compile(request));
}

it('the version is that of the row that was read, however the row was found', async () => {
  await app().pool.query('update users set version = id');
  const args = { select: { id: true, posts: { select: { id: true } } } };
  for (const [action, where] of [
    ['findUnique', { where: { id: 3 } }],
    ['findFirst', { where: { id: 3 } }],
    ['findFirst', { orderBy: { id: 'desc' } }],
    ['findFirst', { orderBy: { id: 'asc' }, take: -1 }],
    ['findFirst', { orderBy: { id: 'asc' }, skip: 4 }],
  ] as const) {
    const { json, version } = await read({ model: 'User', action, args: { ...args, ...where }, version: 'version' });
    expect(version).toBe(String(JSON.parse(json!).id));
    expect(await read({ model: 'User', action, args: { ...args, ...where } })).toMatchObject({ json });
  }
});

it('the version of a time is its microseconds', async () => {
  await app().pool.query(`update users set created_at = '2026-01-01T00:00:00.123Z' where id = 3`);
  const request = { model: 'User', action: 'findUnique', args: { where: { id: 3 } } } as const;
  expect(await read({ ...request, version: 'createdAt' })).toMatchObject({ version: '1767225600123000' });
});

it('the version is null if no row matches', async () => {
  const args = { where: { id: -1 }, select: { id: true } };
  expect(await read({ model: 'User', action: 'findFirst', args, version: 'version' })).toMatchObject({
    json: null,
    version: null,
  });
});

it('the version of a relation is refused', () => {
  const request = { model: 'User', action: 'findFirst', args: {}, version: 'posts' } as const;
  expect(() => app().hotpath.compiler.compile(request)).toThrow(CompileError);
});
