/**
 * Permissions on an instance whose follower stalls, for less and for more time than a fact is valid. From the moment of a
 * revocation's reply the instance refuses the viewer, and it finds a new permission.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, buildApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { as, testEnvironment } from '../../support/app.ts';
import { scratchDatabase } from '../../support/database.ts';
import { ask } from '../../support/instances.ts';
import { type FreezableProxy, openProxy } from '../../support/proxy.ts';

const [OWNER, VIEWER] = [11, 13];

let writing: App;
let stalled: App;
let proxy: FreezableProxy;
let psql: pg.Client;
let project: number;

beforeAll(async () => {
  const url = await scratchDatabase('small');
  psql = new pg.Client({ connectionString: url });
  await psql.connect();
  proxy = await openProxy(url);
  // Facts are checked against their own bound. The follower's is as long as the longest stall.
  const environment = testEnvironment(url);
  writing = buildApp(loadConfig(environment));
  stalled = buildApp(loadConfig({ ...environment, DATABASE_URL: proxy.url }));
  await Promise.all([writing.ready(), stalled.ready()]);
  const { rows } = await psql.query(`
    WITH made AS (INSERT INTO projects (name, description) VALUES ('stalled', '') RETURNING id)
    INSERT INTO permissions (user_id, project_id, role)
    SELECT ${OWNER}, id, 'owner' FROM made RETURNING project_id AS id`);
  project = rows[0].id;
}, 60_000);

afterAll(async () => {
  proxy.thaw();
  await Promise.all([writing.close(), stalled.close()]);
  await proxy.close();
  await psql.end();
});

const see = async () => (await ask(stalled, `/v1/projects/${project}?fields=id`, as(VIEWER))).status;

async function change(method: 'PUT' | 'DELETE'): Promise<void> {
  const payload = method === 'PUT' ? { payload: { role: 'viewer' } } : {};
  const url = `/v1/projects/${project}/permissions/${VIEWER}`;
  const reply = await writing.inject({ method, url, headers: as(OWNER), ...payload });
  expect(reply.statusCode).toBeLessThan(300);
}

describe.each([0, 100, 300, 1000])('a follower that stalls %i ms before a permission changes', (stallMs) => {
  it('does not admit a viewer with a revoked permission, and admits it again after a grant', async () => {
    await change('PUT');
    await expect.poll(see, { timeout: 10_000 }).toBe(200);
    await expect.poll(() => stalled.hotpath.follower.catchUp(1000), { timeout: 10_000 }).toBe(true);
    expect(await see()).toBe(200);
    proxy.freeze();
    try {
      await delay(stallMs);
      await change('DELETE');
      for (let asked = 0; asked < 10; asked += 1) expect(await see()).toBe(404);
      await change('PUT');
      for (let asked = 0; asked < 10; asked += 1) expect(await see()).toBe(200);
      await change('DELETE');
      expect(await see()).toBe(404);
    } finally {
      proxy.thaw();
    }
    await expect.poll(() => stalled.hotpath.follower.catchUp(1000), { timeout: 10_000 }).toBe(true);
    expect(await see()).toBe(404);
  }, 30_000);
});
