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
 * The statements that make these settings, for one message.
 * @param schema that the URL asks for. Without it Prisma describes `public`, so its tables are to stand there.
 */
export function settingsStatements(schema: string | undefined): string {
  const settings = Object.entries(SETTINGS).map(([name, value]) => `('${name}', '${value}')`);
  // Apart, because `quote_ident` obeys `quote_all_identifiers`.
  const searchPath = `('search_path', pg_catalog.quote_ident(${pg.escapeLiteral(schema ?? 'public')}))`;
  return `${setAll(settings)} WHERE ${NOT_IN_URL}; ${setAll([searchPath])}${schema === undefined ? ` WHERE ${NOT_IN_URL}` : ''}`;
}

/** The source of a setting that the client gave when it connected. */
const NOT_IN_URL = `present.source OPERATOR(pg_catalog.<>) 'client'`;

const setAll = (rows: string[]) => `SELECT pg_catalog.set_config(wanted.name, wanted.value, false)
FROM (VALUES ${rows.join(', ')}) AS wanted(name, value)
JOIN pg_catalog.pg_settings AS present ON present.name OPERATOR(pg_catalog.=) wanted.name`;
