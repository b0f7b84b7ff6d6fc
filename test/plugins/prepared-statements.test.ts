/** The statements that stay prepared on a connection: each read and each named statement, or none for a pooler. */
import { beforeAll, describe, expect, it } from 'vitest';
import { seed } from '../../prisma/seed/seed.ts';
import { as, useApp } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { requestsTo } from '../support/requests.ts';
import { asService } from '../support/service-role.ts';

let url = '';
beforeAll(async () => {
  url = await testDatabaseUrl();
  await seed({ url, size: 'tiny' });
});

const permission = 'permission of';
const read = expect.stringMatching(/^[\w-]{22}$/);

describe.each([
  ['on', [permission, read]],
  ['off', []],
])('DATABASE_PREPARED_STATEMENTS=%s', (setting, prepared) => {
  const app = useApp({
    environment: () => ({
      // Without a pooler: the test checks this connection.
      DATABASE_URL: asService(url),
      DATABASE_POOL_MAX: '1',
      DATABASE_POOL_MIN: '0',
      DATABASE_PREPARED_STATEMENTS: setting,
      CACHE_ROLLOUT_PERCENT: '0',
    }),
  });
  const { get } = requestsTo(app);

  it(`leaves ${prepared.length} statements on the connection`, async () => {
    for (const _ of [1, 2, 3]) expect((await get('/projects/1', as(1))).status).toBe(200);
    expect(await app().prisma.user.count()).toBeGreaterThan(0);
    const { rows } = await app().pool.query<{ name: string }>(
      'select name from pg_prepared_statements order by 1 desc',
    );
    expect(rows.map(({ name }) => name)).toEqual(prepared.length ? expect.arrayContaining(prepared) : []);
  });
});
