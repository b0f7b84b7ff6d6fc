/** The script that grants a role its privileges, run by PostgreSQL on a small schema with awkward names. */
import { randomBytes } from 'node:crypto';
import { grantsText } from 'hotpath/access/grants';
import type { Needs } from 'hotpath/access/needs';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

/** Roles belong to the whole server, so the name is random. */
const role = `clerk of "the" $$ shop's ${randomBytes(6).toString('hex')}`;
const name = pg.escapeIdentifier(role);

const SCHEMA = `the "shop's" schema`;
const shop = pg.escapeIdentifier(SCHEMA);
const orders = { schema: SCHEMA, table: `"orders"\n'`, privileges: ['SELECT', 'INSERT'] } as const;
const prices = { schema: SCHEMA, table: 'prices', privileges: ['SELECT', 'DELETE'] } as const;
const jobs = { schema: 'graphile_worker', table: 'jobs', privileges: ['UPDATE'] } as const;
const functions = [`${shop}.begin()`, `${shop}.trim(integer)`];
const needs: Needs = { tables: [orders, prices, jobs], functions, hasQueue: true };

let owner: pg.Client;

beforeAll(async () => {
  owner = new pg.Client({ connectionString: await scratchDatabase('empty') });
  await owner.connect();
  await owner.query(`
    CREATE ROLE ${name};
    CREATE SCHEMA ${shop};
    CREATE TABLE ${shop}."""orders""\n'" (id serial, at integer);
    CREATE TABLE ${shop}.prices (id serial);
    CREATE FUNCTION ${shop}.begin() RETURNS integer LANGUAGE sql RETURN 1;
    CREATE FUNCTION ${shop}.trim(integer) RETURNS integer LANGUAGE sql RETURN 1;
    CREATE FUNCTION ${shop}.drop_all() RETURNS integer LANGUAGE sql RETURN 1;
    CREATE SCHEMA graphile_worker;
    CREATE TABLE graphile_worker.jobs (id integer);
    ALTER TABLE graphile_worker.jobs ENABLE ROW LEVEL SECURITY;
    CREATE TABLE graphile_worker.open_to_all (id integer);
    CREATE FUNCTION graphile_worker.add() RETURNS integer LANGUAGE sql RETURN 1;
    CREATE SCHEMA elsewhere;
    CREATE TABLE elsewhere.notes (id integer);
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${shop}, graphile_worker FROM PUBLIC`);
});

afterAll(async () => {
  await owner.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
  await owner.end();
});

beforeEach(() => owner.query(`DROP OWNED BY ${name}`));

const grant = (more: Partial<Needs> = {}) => owner.query(grantsText({ ...needs, ...more }, role));

/** The privileges of the role, one a line. */
async function granted(): Promise<string[]> {
  const { rows } = await owner.query<{ line: string }>(
    `SELECT privilege_type || ' ' || nspname || '.' || relname AS line
       FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace, aclexplode(relacl)
       WHERE grantee = to_regrole($1) AND NOT is_grantable
     UNION ALL
     SELECT privilege_type || ' ' || nspname FROM pg_namespace, aclexplode(nspacl) WHERE grantee = to_regrole($1)
     UNION ALL
     SELECT privilege_type || ' ' || proname FROM pg_proc, aclexplode(proacl) WHERE grantee = to_regrole($1)
     UNION ALL
     SELECT 'policy ' || relname FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE to_regrole($1) = ANY (polroles)
     ORDER BY 1`,
    [name],
  );
  return rows.map(({ line }) => line);
}

const everything = [
  'DELETE the "shop\'s" schema.prices',
  'EXECUTE add',
  'EXECUTE begin',
  'EXECUTE trim',
  'INSERT the "shop\'s" schema."orders"\n\'',
  'policy jobs',
  'SELECT the "shop\'s" schema."orders"\n\'',
  'SELECT the "shop\'s" schema.prices',
  'UPDATE graphile_worker.jobs',
  'USAGE graphile_worker',
  'USAGE the "shop\'s" schema',
  'USAGE the "shop\'s" schema."orders"\n\'_id_seq',
].sort();

describe('a role', () => {
  it('has the needed privileges, and no others', async () => {
    await grant();
    expect((await granted()).sort()).toEqual(everything);
  });

  it('loses privileges that it does not need in these schemas, and keeps those elsewhere', async () => {
    await grant();
    await owner.query(`GRANT TRUNCATE ON ${shop}.prices TO ${name}; GRANT SELECT ON elsewhere.notes TO ${name};
      GRANT SELECT ON graphile_worker.open_to_all TO ${name}; GRANT USAGE ON SEQUENCE ${shop}.prices_id_seq TO ${name}`);
    await grant();
    expect((await granted()).sort()).toEqual([...everything, 'SELECT elsewhere.notes'].sort());
  });

  it('gets its missing privileges', async () => {
    await grant();
    await owner.query(`REVOKE SELECT ON ${shop}.prices FROM ${name}; REVOKE USAGE ON SCHEMA ${shop} FROM ${name};
      REVOKE ALL ON FUNCTION ${shop}.trim(integer), graphile_worker.add() FROM ${name};
      DROP POLICY ${name} ON graphile_worker.jobs`);
    await grant();
    expect((await granted()).sort()).toEqual(everything);
  });

  it('gets all of its privileges or none', async () => {
    const gone = { schema: SCHEMA, table: 'gone', privileges: ['SELECT'] } as const;
    await expect(grant({ tables: [orders, gone, jobs] })).rejects.toThrow(/gone" does not exist/);
    await owner.query('ROLLBACK');
    expect(await granted()).toEqual([]);
  });
});

describe('a role with the rights of an owner', () => {
  const EVERY = ['DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'TRIGGER', 'TRUNCATE', 'UPDATE'];
  const relations = [`${shop}."""orders""\n'"`, `${shop}.prices`, 'graphile_worker.jobs'];
  const owned = [...relations.map((each) => `TABLE ${each}`), `SCHEMA ${shop}`, `FUNCTION ${shop}.begin()`];
  const giveTo = (heir: string) => owner.query(owned.map((each) => `ALTER ${each} OWNER TO ${heir}`).join(';'));

  const ownerName = () => pg.escapeIdentifier(owner.user!);

  /** The privileges of the role on `orders`, however it comes by them. */
  async function held(): Promise<string[]> {
    const { rows } = await owner.query<{ privilege: string }>(
      `SELECT privilege FROM unnest($1::text[]) AS privilege
       WHERE has_table_privilege($2::name, $3::text, privilege) ORDER BY 1`,
      [EVERY, role, relations[0]],
    );
    return rows.map(({ privilege }) => privilege);
  }

  /** Before the next test, DROP OWNED BY would drop the tables. */
  afterEach(async () => {
    await giveTo('CURRENT_USER');
    await owner.query(`REVOKE ${ownerName()} FROM ${name}; ALTER ROLE ${name} NOSUPERUSER`);
  });

  it('keeps every privilege of the owner, however often the script runs', async () => {
    await giveTo(name);
    await grant();
    // The first GRANT on a table writes down the privileges of its owner, which then look like granted ones.
    await owner.query(`GRANT SELECT ON ALL TABLES IN SCHEMA ${shop} TO pg_monitor;
      GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${shop} TO pg_monitor`);
    await grant();
    expect(await held()).toEqual(EVERY);
    expect(await granted()).toContain('UPDATE the "shop\'s" schema.prices_id_seq');
    expect(await granted()).not.toContain('policy jobs');
  });

  it('gets back the needed privileges that the owner has lost', async () => {
    await giveTo(name);
    await owner.query(`REVOKE INSERT ON ${relations[0]} FROM ${name}`);
    await grant();
    expect(await held()).toEqual(EVERY);
  });

  it.each([
    ['a member of the owner', () => `GRANT ${ownerName()} TO ${name}`],
    ['a superuser', () => `ALTER ROLE ${name} SUPERUSER`],
  ])('keeps its privileges and gets none as %s', async (_, become) => {
    await owner.query(`${become()}; GRANT TRUNCATE ON ${shop}.prices TO ${name}`);
    await grant();
    expect(await granted()).toEqual(['TRUNCATE the "shop\'s" schema.prices']);
  });
});

it('the script names its role', () => {
  expect(grantsText(needs, 'clerk "of"')).toMatch(/^-- Lets the role "clerk ""of""" run the service /);
});
