/** A key becomes case-insensitive while the service runs: the rows that it finds, and the answers that changes outdate. */
import { expect, it } from 'vitest';
import { ask, useInstances } from '../../support/instances.ts';

const service = useInstances({ count: 1, environment: () => ({ DATABASE_POOL_MIN: '1', DATABASE_POOL_MAX: '1' }) });

const url = (slug: string) => `/v1/categories?slug=${slug}&fields=name`;

const BACK = 'ALTER TABLE categories ALTER COLUMN slug TYPE varchar(80) COLLATE "default"';

it.each([
  ['citext', 'CREATE EXTENSION citext; ALTER TABLE categories ALTER COLUMN slug TYPE citext', 'DROP EXTENSION citext'],
  [
    'a collation',
    `CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
     ALTER TABLE categories ALTER COLUMN slug TYPE varchar(80) COLLATE caseless`,
    'DROP COLLATION caseless',
  ],
])('is followed, by %s', async (_, begin, end) => {
  const { apps, psql } = service();
  const [app] = apps;
  const namesOf = async (slug: string): Promise<string[]> =>
    JSON.parse((await ask(app!, url(slug))).body).data.map(({ name }: { name: string }) => name);
  const write = (slug: string, name: string) =>
    psql.query('UPDATE categories SET slug = $1, name = $2 WHERE id = 1', [slug, name]);
  await write('own', 'before');
  // The statement was prepared for the previous type.
  for (const slug of ['own', 'OWN', 'oWn']) expect(await namesOf(slug)).toEqual(slug === 'own' ? ['before'] : []);
  await psql.query(begin);
  await expect.poll(() => namesOf('OWN'), { timeout: 5000 }).toEqual(['before']);
  for (const slug of ['oWN', 'another', 'Own']) {
    expect(await namesOf('oWn')).toEqual(await namesOf('own'));
    await write(slug, `as ${slug}`);
    const wanted = slug === 'another' ? [] : [`as ${slug}`];
    await expect.poll(() => namesOf('oWn'), { timeout: 5000 }).toEqual(wanted);
  }
  await psql.query(`${BACK}; ${end}`);
  await expect.poll(() => namesOf('oWn'), { timeout: 5000 }).toEqual([]);
  expect(await namesOf('Own')).toEqual(['as Own']);
});
