/** Settings of a database that change what its sessions read and write: each unlike the one that the service needs. */
import pg from 'pg';

export const HOSTILE_SETTINGS: Readonly<Record<string, string>> = {
  TimeZone: 'America/New_York',
  DateStyle: 'German, DMY',
  standard_conforming_strings: 'off',
  IntervalStyle: 'iso_8601',
  extra_float_digits: '-15',
  bytea_output: 'escape',
  array_nulls: 'off',
  xmlbinary: 'hex',
  client_encoding: 'LATIN1',
  default_transaction_isolation: 'serializable',
  search_path: 'nowhere',
};

/** Sets them for the sessions that begin from now on. */
export async function makeHostile(url: string): Promise<void> {
  await setForDatabase(url, HOSTILE_SETTINGS);
}

/** @param settings of the database of `url`; its search path is the one text that is not quoted. */
export async function setForDatabase(url: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const database = pg.escapeIdentifier(client.database!);
  for (const [name, value] of Object.entries(settings)) {
    const text = name === 'search_path' ? value : pg.escapeLiteral(value);
    await client.query(`ALTER DATABASE ${database} SET ${name} = ${text}`);
  }
  await client.end();
}
