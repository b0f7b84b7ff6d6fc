/** Whether the schema `hotpath` is there, as far as this version of the library needs it. It may be further. */

import type pg from 'pg';
import { LATEST_VERSION } from '../../../install/latest-version.ts';
import { sqlstateOf } from '../../../session/error-codes.ts';

const UNDEFINED_TABLE = '42P01';
const FORBIDDEN = '42501';

/** @returns one sentence on what is missing, and what to do. */
export async function missingSchema(pool: Pick<pg.Pool, 'query'>): Promise<string | undefined> {
  try {
    const { rows } = await pool.query<{ version: number }>(
      'SELECT coalesce(max("version"), 0) AS "version" FROM "hotpath"."version"',
    );
    const { version } = rows[0]!;
    return version >= LATEST_VERSION
      ? undefined
      : `The schema hotpath is of version ${version}, not ${LATEST_VERSION}: ${RUN}.`;
  } catch (error) {
    if (sqlstateOf(error) === UNDEFINED_TABLE) return `The database has no schema hotpath: ${RUN}.`;
    if (sqlstateOf(error) === FORBIDDEN) return `${(error as Error).message}: run \`hotpath grants\` for this role.`;
    throw error;
  }
}

const RUN = 'deploy the migration that `hotpath migration` writes, or run `hotpath install`';
