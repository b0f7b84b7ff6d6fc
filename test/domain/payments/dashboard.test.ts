import { describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';

const app = useApp({ seeded: true });

describe('GET /v1/users/:id/dashboard', () => {
  const get = (id: number | string, headers = {}) => app().inject({ url: `/v1/users/${id}/dashboard`, headers });

  it('answers with profile, latest transactions and totals, in one statement', async () => {
    const reply = await get(1, as(1));
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['server-timing']).toMatch(/^db;dur=[\d.]+;desc="1 statement"/);
    const { data } = reply.json();
    const { rows } = await app().pool.query(
      `select count(*)::int as count, sum(amount)::text as total from transactions
       where user_id = 1 and status in ('pending', 'settled')`,
    );
    expect(new Set(Object.keys(data))).toEqual(new Set(['id', 'name', 'email', 'avatarUrl', 'transactions', 'totals']));
    expect(data.transactions).toHaveLength(50);
    expect(new Set(Object.keys(data.transactions[0]))).toEqual(
      new Set(['id', 'amount', 'currency', 'status', 'createdAt', 'merchant']),
    );
    expect(data.transactions[0].merchant).toEqual({ name: expect.any(String), category: { name: expect.any(String) } });
    const cents = (amount: string) => Math.round(Number(amount) * 100);
    const sum = data.totals.reduce((total: number, each: { total: string }) => total + cents(each.total), 0);
    expect(sum).toBe(cents(rows[0].total));
    expect(data.totals.reduce((total: number, each: { count: number }) => total + each.count, 0)).toBe(rows[0].count);
  });

  it('has the newest transactions first', async () => {
    const { data } = (await get(1, as(1))).json();
    const { rows } = await app().pool.query(
      'select id from transactions where user_id = 1 order by created_at desc, id desc limit 50',
    );
    expect(data.transactions.map(({ id }: { id: number }) => id)).toEqual(rows.map(({ id }) => id));
  });

  it('never shows a column that must not leave the database', async () => {
    const { rows } = await app().pool.query('select encrypted_ssn, internal_risk_score from users where id = 1');
    const { payload } = await get(1, as(1));
    expect(rows[0].encrypted_ssn).toBeTruthy();
    expect(payload).not.toContain(rows[0].encrypted_ssn);
    expect(payload).not.toMatch(/ssn|risk/i);
  });

  it('answers for a user without transactions', async () => {
    const { rows } = await app().pool.query(
      'select id from users u where not exists (select from transactions where user_id = u.id) order by id limit 1',
    );
    const { data } = (await get(rows[0].id, as(rows[0].id))).json();
    expect(data.transactions).toEqual([]);
    expect(data.totals).toEqual([]);
  });

  it('adds up amounts beyond the largest amount', async () => {
    const { pool } = app();
    await pool.query(
      "update transactions set amount = 9999999999.99, status = 'settled', merchant_id = (select min(id) from merchants) where user_id = 7",
    );
    const { data } = (await get(7, as(7))).json();
    const { rows } = await pool.query('select count(*)::int from transactions where user_id = 7');
    const sum = 999_999_999_999n * BigInt(rows[0].count);
    expect(rows[0].count).toBeGreaterThan(1);
    expect(data.totals.map(({ total }: { total: string }) => total.replace('.', ''))).toEqual([String(sum)]);
  });

  it('lets an administrator see every dashboard', async () => {
    expect((await get(1, as(2, 'admin'))).statusCode).toBe(200);
  });

  it.each([
    ['nobody', 1, {}, 401, 'UNAUTHENTICATED'],
    ['another user', 1, as(3), 403, 'FORBIDDEN'],
    ['a subject that is no user', 1, as('1e0'), 403, 'FORBIDDEN'],
    ['an administrator, of a user that is not there', 2_000_000_000, as(2, 'admin'), 404, 'NOT_FOUND'],
    ['a bad id', 'abc', as(1), 400, 'INVALID_REQUEST'],
    ['an id out of range', '99999999999', as(1), 400, 'INVALID_REQUEST'],
  ] as const)('refuses %s with a problem document', async (_who, id, headers, status, code) => {
    const reply = await get(id, headers);
    expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(reply.json()).toMatchObject({ status, code, type: expect.stringMatching(/^urn:hotpath:problem:/) });
    expect(reply.statusCode).toBe(status);
  });
});
