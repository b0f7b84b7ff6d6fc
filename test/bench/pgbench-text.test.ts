/** The statement in the form in which pgbench sends it: the bench measures the service's own work, with the same answers. */
import { expect, it } from 'vitest';
import { answersInText, CONTENDERS, sentStatement } from '../../bench/sections/cold/contenders.ts';
import { statementFor } from '../../bench/support/pgbench.ts';
import { buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { testEnvironment } from '../support/app.ts';
import { scratchDatabase } from '../support/database.ts';

const USERS = [1, 2, 3];

it('gives the answers of the service', async () => {
  const app = buildApp(loadConfig(testEnvironment(await scratchDatabase('small'))));
  await app.ready();
  try {
    const answer = await CONTENDERS['compiled']!(app);
    const expected = await Promise.all(USERS.map((user) => answer(user)));
    expect(expected.some((each) => each.includes('"merchant":'))).toBe(true);
    const { text } = await sentStatement(app, 1);
    expect(await answersInText(app, statementFor(text, '$1'), USERS)).toEqual(expected);
  } finally {
    await app.close();
  }
});
