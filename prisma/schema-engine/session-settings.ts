/**
 * The settings of the engine's sessions. A migration must make the same tables, and a schema read the same, whatever the
 * database or the role has set. A setting that the URL's own `options` give stays.
 */

import pg from 'pg';

/** The settings that change how SQL is read, or how PostgreSQL prints defaults and definitions: as PostgreSQL has them. */
const SETTINGS = {
  array_nulls: 'on',
  bytea_output: 'hex',
  DateStyle: 'ISO, MDY',
  extra_float_digits: '1',
  IntervalStyle: 'postgres',
  quote_all_identifiers: 'off',
  standard_conforming_strings: 'on',
  TimeZone: 'UTC',
  transform_null_equals: 'off',
  xmloption: 'content',
};

/**
 * The statement that makes these settings.
 * @param schema that the URL asks for. Without it Prisma describes `public`, so its tables are to stand there.
 */
export function settingsStatement(schema: string | undefined): string {
  const searchPath = { search_path: pg.escapeIdentifier(schema ?? 'public') };
  const rows = Object.entries({ ...SETTINGS, ...searchPath }).map((row) => `(${row.map(pg.escapeLiteral).join(', ')})`);
  return `SELECT pg_catalog.set_config(wanted.name, wanted.value, false)
FROM (VALUES ${rows.join(', ')}) AS wanted(name, value)
JOIN pg_catalog.pg_settings AS present ON present.name OPERATOR(pg_catalog.=) wanted.name
WHERE present.source OPERATOR(pg_catalog.<>) 'client'${schema === undefined ? '' : " OR wanted.name = 'search_path'"}`;
}
