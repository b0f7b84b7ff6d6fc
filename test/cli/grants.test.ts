/** `hotpath grants`: the privileges of a role that owns nothing, and that a second run changes nothing. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../support/database.ts';
import { runToEnd } from '../support/process.ts';
import { asService, makeServiceRole } from '../support/service-role.ts';

let url: string;
let owner: pg.Client;
let role: string;

async function connect(to: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: to });
  await client.connect();
  return client;
}

const grants = (...args: string[]) => runToEnd({ DATABASE_URL: url }, 'src/cli/main.ts', ['grants', ...args]);

beforeAll(async () => {
  url = await scratchDatabase();
  owner = await connect(url);
  await makeServiceRole(owner, url);
  role = new URL(asService(url)).username;
});

afterAll(() => owner.end());

/** The rows of PostgreSQL's catalog that grants write. */
const catalog = async () =>
  (
    await owner.query(`
      SELECT 'class' AS "in", xmin::text, oid FROM pg_class UNION ALL
      SELECT 'policy', xmin::text, oid FROM pg_policy UNION ALL
      SELECT 'schema', xmin::text, oid FROM pg_namespace UNION ALL
      SELECT 'function', xmin::text, oid FROM pg_proc ORDER BY 1, 3`)
  ).rows;

describe('the SQL of hotpath grants', () => {
  it('allows the role the declared changes of a module, and nothing else', async () => {
    const { stdout, code } = await grants('--role', role);
    expect(code).toBe(0);
    await owner.query(stdout);
    const service = await connect(asService(url));
    const denied = (statement: string) =>
      expect(service.query(statement)).rejects.toThrow(/^permission denied|^must be owner/);
    await service.query('SELECT FROM users; UPDATE users SET name = name WHERE false');
    await service.query("SELECT hotpath.begin_epoch(); SELECT hotpath.trim_log(interval '1 hour', 10)");
    await denied('DELETE FROM users');
    await denied('INSERT INTO merchants DEFAULT VALUES');
    await denied('DELETE FROM hotpath.log');
    await denied('DELETE FROM hotpath.epoch');
    await denied('UPDATE _prisma_migrations SET checksum = checksum');
    await denied('DELETE FROM graphile_worker.migrations');
    await denied('TRUNCATE orders');
    await denied('DROP TABLE orders');
    await denied('ALTER TABLE users DISABLE TRIGGER ALL');
    await denied('CREATE TABLE public.mine ()');
    await service.end();
  });

  it('changes nothing when it runs again, so that no epoch of the cache ends', async () => {
    const before = await catalog();
    expect(await grants('--role', role, '--apply')).toMatchObject({
      code: 0,
      stdout: `The role ${role} has what the service needs.\n`,
    });
    expect(await catalog()).toEqual(before);
  });

  it('revokes superfluous privileges, and grants missing ones', async () => {
    await owner.query(`GRANT DELETE ON users TO ${role}; REVOKE SELECT ON orders FROM ${role};
      REVOKE USAGE ON SEQUENCE orders_id_seq FROM ${role};
      DROP POLICY ${role} ON graphile_worker._private_jobs`);
    await grants('--role', role, '--apply');
    const { rows } = await owner.query(
      `SELECT has_table_privilege($1, 'users', 'DELETE') AS "deletes", has_table_privilege($1, 'orders', 'SELECT') AS "reads",
         has_sequence_privilege($1, 'orders_id_seq', 'USAGE') AS "counts",
         (SELECT count(*)::int FROM pg_policy WHERE polrelid = 'graphile_worker._private_jobs'::regclass) AS "policies"`,
      [role],
    );
    expect(rows).toEqual([{ deletes: false, reads: true, counts: true, policies: 1 }]);
  });

  it('works if PUBLIC has no privileges', async () => {
    await owner.query(`REVOKE ALL ON SCHEMA public FROM PUBLIC; REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
      REVOKE ALL ON ALL FUNCTIONS IN SCHEMA graphile_worker FROM PUBLIC; REVOKE ALL ON SCHEMA graphile_worker FROM ${role}`);
    await grants('--role', role, '--apply');
    const service = await connect(asService(url));
    await service.query(
      `SELECT FROM users; SELECT hotpath.begin_epoch(); SELECT graphile_worker.add_job('housekeeping')`,
    );
    await service.end();
  });
});

describe('as a role that does not own the tables', () => {
  const clerk = `clerk_${randomBytes(6).toString('hex')}`;
  const guest = `guest_${randomBytes(6).toString('hex')}`;

  const grantsAsClerk = async () => {
    const { password } = new URL(url);
    await owner.query(`ALTER ROLE ${clerk} LOGIN PASSWORD ${pg.escapeLiteral(decodeURIComponent(password))}`);
    const asClerk = Object.assign(new URL(url), { username: clerk }).href;
    return runToEnd({ DATABASE_URL: asClerk }, 'src/cli/main.ts', ['grants', '--role', guest, '--apply']);
  };

  beforeAll(() => owner.query(`CREATE ROLE ${clerk}; CREATE ROLE ${guest}`));
  afterAll(() => owner.query(`DROP OWNED BY ${clerk}, ${guest} CASCADE; DROP ROLE ${clerk}, ${guest}`));

  it('fails with the error of PostgreSQL', async () => {
    await owner.query(`GRANT USAGE ON SCHEMA public, hotpath, graphile_worker TO ${clerk}`);
    const { code, stdout, stderr } = await grantsAsClerk();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^PostgreSQL refuses: permission denied for .+\. Nothing was changed\. Run the command with /,
    );
  });

  it('fails and changes nothing if PostgreSQL only warns', async () => {
    await owner.query(`
      GRANT USAGE ON SCHEMA public, hotpath, graphile_worker TO ${guest};
      GRANT SELECT ON ALL TABLES IN SCHEMA public, hotpath, graphile_worker TO ${clerk};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA public, hotpath, graphile_worker TO ${clerk};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA hotpath, graphile_worker TO ${clerk};
      GRANT SELECT ON users TO ${clerk} WITH GRANT OPTION;
      DO $$ DECLARE queue text; BEGIN
        FOR queue IN SELECT oid::regclass FROM pg_class WHERE relrowsecurity LOOP
          EXECUTE format('ALTER TABLE %s OWNER TO ${clerk}', queue);
        END LOOP;
      END $$`);
    const before = await catalog();
    const { code, stdout, stderr } = await grantsAsClerk();
    expect([code, stdout, stderr]).toEqual([
      1,
      '',
      expect.stringMatching(
        /^The role guest_\w+ still lacks \w+ on \S+, and nothing was changed\. Run the command with /,
      ),
    ]);
    expect(await catalog()).toEqual(before);
  });
});

it.each([[[]], [['--role', '']], [['--role', 'two\nlines']], [['--role', 'x'.repeat(64)]], [['--rolle', 'x']]])(
  'refuses %j with its usage',
  async (args) => {
    const { code, stderr, stdout } = await grants(...args);
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining('Usage: npm run hotpath -- grants')]);
  },
);

it('names a role that does not exist', async () => {
  const { code, stderr } = await grants('--role', 'no "body"', '--apply');
  expect([code, stderr]).toEqual([
    1,
    `There is no role "no "body"" on this server. Create it first: CREATE ROLE … LOGIN PASSWORD '…'\n`,
  ]);
});
