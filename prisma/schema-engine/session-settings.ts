/**
 * The settings of the engine's sessions. A migration makes the same tables, and reads the same schema, whatever settings the
 * database or the role has. A setting in the URL's `options` stays.
 */

import pg from 'pg';

/** PostgreSQL's defaults of the settings that change how it reads SQL, or prints defaults and definitions. */
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
 * The statements that set them, for one message.
 * @param schema that the URL names. Without it Prisma reads `public`, so migrations create their tables there.
 */
export function settingsStatements(schema: string | undefined): string {
  const settings = Object.entries(SETTINGS).map(([name, value]) => `('${name}', '${value}')`);
  // A statement of its own, because `quote_ident` obeys `quote_all_identifiers`.
  const searchPath = `('search_path', pg_catalog.quote_ident(${pg.escapeLiteral(schema ?? 'public')}))`;
  return `${setAll(settings)} WHERE ${NOT_IN_URL}; ${setAll([searchPath])}${schema === undefined ? ` WHERE ${NOT_IN_URL}` : ''}`;
}

/** The source of a setting that the client gave when it connected. */
const NOT_IN_URL = `present.source OPERATOR(pg_catalog.<>) 'client'`;

const setAll = (rows: string[]) => `SELECT pg_catalog.set_config(wanted.name, wanted.value, false)
FROM (VALUES ${rows.join(', ')}) AS wanted(name, value)
JOIN pg_catalog.pg_settings AS present ON present.name OPERATOR(pg_catalog.=) wanted.name`;
