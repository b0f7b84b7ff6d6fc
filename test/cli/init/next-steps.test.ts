/** The commands that `hotpath init` recommends for a project without migrations, run one after the other. */
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { adminUrl, scratchDatabase } from '../../support/database.ts';
import { ForeignProject } from '../../support/foreign-project.ts';
import { BLOG } from './blog.ts';

it('make the database complete for the library', async () => {
  const project = new ForeignProject(BLOG);
  onTestFinished(project.remove);
  const environment = { DATABASE_URL: await scratchDatabase('empty') };
  const hotpath = (...args: string[]) => project.hotpathWith(environment, ...args);
  const prisma = (...args: string[]) => project.prisma(environment, ...args);

  const { stdout } = await hotpath('init');
  const named = [...stdout.matchAll(/^ {2}\d+\. +npx (.+?)(?: {2,}#.*)?$/gm)].map(([, command]) => command);
  expect(named).toEqual([
    'prisma migrate dev --name init',
    'hotpath migration',
    'prisma migrate deploy',
    'hotpath doctor',
  ]);
  expect(await prisma('migrate', 'dev', '--name', 'init')).toMatchObject({ code: 0 });
  expect((await hotpath('doctor')).code).toBe(1);
  expect(await hotpath('migration')).toMatchObject({ code: 0, stdout: expect.stringContaining('Written to prisma/') });
  expect(await prisma('migrate', 'deploy')).toMatchObject({ code: 0 });
  expect((await prisma('migrate', 'status')).stdout).toContain('Database schema is up to date!');
  expect(await hotpath('doctor')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Everything is in order.'),
  });
  expect(await hotpath('migration', '--check')).toMatchObject({ code: 0 });
  await mayBeGranted(environment.DATABASE_URL, hotpath);
}, 120_000);

/** A service without jobs has no queue, and the SQL names none. */
async function mayBeGranted(url: string, hotpath: (...args: string[]) => Promise<unknown>): Promise<void> {
  const role = new URL(url).pathname.slice(1);
  const owner = new pg.Client({ connectionString: adminUrl() });
  await owner.connect();
  await owner.query(`CREATE ROLE ${role}`);
  expect(await hotpath('grants', '--role', role, '--apply')).toMatchObject({ code: 0 });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const read = await client.query(`SELECT has_table_privilege($1, '"Post"', 'SELECT') AS "mayRead"`, [role]);
  expect(read.rows).toEqual([{ mayRead: true }]);
  await client.query(`DROP OWNED BY ${role}`);
  await client.query(`DROP ROLE ${role}`);
  await client.end();
  await owner.end();
}
