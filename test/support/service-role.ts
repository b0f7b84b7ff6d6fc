/**
 * The role that services under test connect as: it owns nothing, and has been granted what `hotpath grants` prints. So
 * every test of a route or a job also tests that this is enough. Tests themselves connect as the owner.
 */

import { grantsText } from 'hotpath/access/grants';
import { schemaOf } from 'hotpath/session/settings';
import pg from 'pg';
import { declaredNeeds } from '../../src/domain/needs.ts';

const SERVICE_ROLE = 'hotpath_test_service';

/** The privileges that are granted in a database with a schema of this name. */
export const serviceGrants = (schema = 'public'): string => grantsText(declaredNeeds(schema), SERVICE_ROLE);

/** The same database, by the role of services. Its password is that of the owner. */
export function asService(url: string): string {
  const changed = new URL(url);
  changed.username = SERVICE_ROLE;
  return changed.href;
}

/** Lets services into a migrated database; makes their role if the server has none. @param url of the owner. */
export async function letServiceIn(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await makeServiceRole(client, url);
    await client.query(serviceGrants(schemaOf(url)));
  } finally {
    await client.end();
  }
}

/** Several test runs may do so at once. */
export async function makeServiceRole(client: pg.Client, url: string): Promise<void> {
  const password = decodeURIComponent(new URL(url).password);
  await client.query(`DO $$ BEGIN
    CREATE ROLE ${SERVICE_ROLE};
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END $$`);
  await client.query(`ALTER ROLE ${SERVICE_ROLE} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
}
