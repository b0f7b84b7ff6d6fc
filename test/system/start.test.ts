/** Starts that cannot succeed: the process says so in one sentence, without a stack and without a password. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_SECRET } from '../support/app.ts';
import { scratchDatabase } from '../support/database.ts';
import { runToEnd, startService } from '../support/process.ts';

const PASSWORD = 'Zq7xKwVb9tRm';
let url: string;
let psql: pg.Client;

beforeAll(async () => {
  url = await scratchDatabase('small');
  psql = new pg.Client({ connectionString: url });
  await psql.connect();
  for (const role of ['start_nobody', 'start_single']) await psql.query(`drop role if exists ${role}`);
  await psql.query(`create role start_nobody login password '${PASSWORD}'`);
  await psql.query(`create role start_single login superuser connection limit 0 password '${PASSWORD}'`);
  await psql.query(`alter role start_single nosuperuser`);
}, 60_000);
afterAll(async () => {
  for (const role of ['start_nobody', 'start_single']) await psql.query(`drop role if exists ${role}`);
  await psql.end();
});

const environment = () => ({
  NODE_ENV: 'production',
  LOG_LEVEL: 'fatal',
  JWT_SECRET: TEST_SECRET,
  DATABASE_URL: url,
  PORT: '0',
});

const asRole =
  (user: string, password = PASSWORD) =>
  () => {
    const other = new URL(url);
    Object.assign(other, { username: user, password });
    return { DATABASE_URL: other.href };
  };

describe('a start that cannot succeed', () => {
  it.each<[string, string, () => Record<string, string>, RegExp]>([
    ['an unknown user', 'src/main.ts', asRole('start_unknown'), /^(PostgreSQL refuses|DATABASE_URL)|does not exist/],
    [
      'a user without rights',
      'src/main.ts',
      asRole('start_nobody'),
      /^The role of DATABASE_URL may not use the queue: permission denied/,
    ],
    [
      'no connection left',
      'src/main.ts',
      asRole('start_single'),
      /^PostgreSQL has no connection left: too many connections/,
    ],
    [
      'a folder that cannot be',
      'src/worker.ts',
      () => ({ FILES_DIRECTORY: '/dev/null/files', MAIL_DIRECTORY: '/tmp' }),
      /^FILES_DIRECTORY is "\/dev\/null\/files", but this process cannot write there/,
    ],
    [
      'two places for mails',
      'src/worker.ts',
      () => ({ SMTP_URL: 'smtp://h', MAIL_DIRECTORY: '/tmp' }),
      /^SMTP_URL and MAIL_DIRECTORY are both set/,
    ],
    [
      'an address of another machine',
      'src/main.ts',
      () => ({ HOST: '192.0.2.1' }),
      /^HOST is not an address of this machine/,
    ],
    [
      'a server that is none',
      'src/main.ts',
      () => ({ DATABASE_URL: `postgres://u:${PASSWORD}@localhost.invalid/x` }),
      /host/,
    ],
  ])('is one sentence for %s', async (_name, file, more, sentence) => {
    const { code, stdout, stderr } = await runToEnd({ ...environment(), ...more() }, file);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain(PASSWORD);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

it('warns once of a variable that is one letter away from one that is known, and starts', async () => {
  const service = await startService({
    ...environment(),
    LOG_LEVEL: 'info',
    DATABSE_POOL_MAX: '7',
    OTEL_SDK_DISABLED: 'yes',
  });
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(0);
  const warnings = service.log.map((line) => JSON.parse(line)).filter(({ level }) => level === 40);
  expect(warnings.map(({ msg }) => msg)).toEqual([
    'OTEL_SDK_DISABLED is "yes", but must be one of true, false. It is ignored.',
    'DATABSE_POOL_MAX is set and has no effect. The variable is called DATABASE_POOL_MAX.',
  ]);
});
