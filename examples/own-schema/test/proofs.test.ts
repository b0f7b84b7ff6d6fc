/** The promises of hotpath, proved on this server's own routes. DATABASE_URL names a seeded database that tests alone use. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { constantStatements, indexedPlans, pages, policies, soundFreshness, statementSnapshots } from 'hotpath/testing';
import { fromEnvironment } from '../src/environment.ts';
import { build } from '../src/server.ts';

const app = await build({ databaseUrl: fromEnvironment('DATABASE_URL'), secret: 'a secret of tests', isQuiet: true });
after(() => app.close());

async function login(name: string): Promise<{ cookie: string }> {
  const reply = await app.inject({ method: 'POST', url: '/login', payload: { login: name, password: name } });
  return { cookie: String(reply.headers['set-cookie']) };
}

const as = { public: {}, alice: await login('alice'), bob: await login('bob') };

test('statements are constant', async () => void (await constantStatements({ app, as })));
test('an index answers every statement', async () => void (await indexedPlans({ app, as })));
test('pages are whole', async () => void (await pages({ app, as })));
test('no viewer sees a row that a policy hides', async () => void (await policies({ app, as })));
test('no cached answer is stale', async () => void (await soundFreshness({ app, as, writes: 16 })));
test('each route reads by one statement', async () => {
  for (const sql of Object.values(await statementSnapshots({ app, as })))
    assert.equal(sql.match(/^-- GET/gm)?.length, 1, sql);
});
