/** Whether the database has the schema `hotpath` in the version that the library needs. A later version is fine. */

import type pg from 'pg';
import { LATEST_VERSION } from '../../../install/latest-version.ts';
import { FORBIDDEN, sqlstateOf, UNDEFINED_TABLE } from '../../../session/error-codes.ts';

/** @returns one sentence on the missing part, with its remedy. */
export async function missingSchema(pool: Pick<pg.Pool, 'query'>): Promise<string | undefined> {
  try {
    const { rows } = await pool.query<{ version: number }>(
      'SELECT coalesce(max("version"), 0) AS "version" FROM "hotpath"."version"',
    );
    const { version } = rows[0]!;
    return version >= LATEST_VERSION
      ? undefined
      : `The schema hotpath has version ${version}, not ${LATEST_VERSION}: ${RUN}.`;
  } catch (error) {
    if (sqlstateOf(error) === UNDEFINED_TABLE) return `The database has no schema hotpath: ${RUN}.`;
    if (sqlstateOf(error) === FORBIDDEN) return `${(error as Error).message}: run \`hotpath grants\` for this role.`;
    throw error;
  }
}

const RUN = 'deploy the migration that `hotpath migration` writes, or run `hotpath install`';
