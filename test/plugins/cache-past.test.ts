/** Reads past the cache, on an instance that reads the log only on request. */
import { expect, it } from 'vitest';
import { as } from '../support/app.ts';
import { ask, useInstances } from '../support/instances.ts';

const LONG_MS = '1000000';
const service = useInstances({
  count: 1,
  environment: () => ({ FRESHNESS_POLL_MS: LONG_MS, FRESHNESS_BOUND_MS: LONG_MS }),
});
const sql = (text: string) => service().psql.query(text);

const shown = async (url: string, headers = {}) => {
  const { cache, body } = await ask(service().apps[0]!, url, { ...as(1), ...headers });
  return [cache, JSON.parse(body).data.name];
};

it.each(['/v1/products/4?fields=name', '/v1/users/1?fields=name'])(
  'leave no older answer behind, unless they run for a comparison: %s',
  async (url) => {
    const [, table, id] = /(products|users)\/(\d)/.exec(url)!;
    const [, before] = await shown(url);
    await sql(`update ${table} set name = 'written elsewhere' where id = ${id}`);
    expect(await shown(url)).toEqual(['l1 hit', before]);
    expect(await shown(url, { 'consistency-token': 'none' })).toEqual(['database bypass', 'written elsewhere']);
    expect(await shown(url)).toEqual(['l1 hit', before]);
    expect(await shown(url, { 'consistency-token': 'x' })).toEqual(['database bypass', 'written elsewhere']);
    expect(await shown(url)).toEqual(['l1 hit', 'written elsewhere']);
    await sql(`update ${table} set name = 'written again' where id = ${id}`);
    expect(await service().apps[0]!.hotpath.follower.catchUp()).toBe(true);
    expect(await shown(url)).toEqual(['database miss', 'written again']);
  },
);
