/**
 * The versions of the schema `hotpath`, from the package's folder `sql`. A released version never changes; each change
 * is a new file.
 *
 * A version runs only if neither it nor a later one is installed. So a migration may run again (a reset of the database
 * leaves this schema alone), and a service that is older than another one of the same database reverts nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface SchemaVersion {
  readonly version: number;
  /** A short description: `tables and functions`. */
  readonly title: string;
  /** Its SQL, to be run in a transaction after `PREPARE_SCHEMA`. */
  readonly sql: string;
}

const FOLDER = new URL('../../sql/', import.meta.url);
const FILE = /^(\d{3})-(.+)\.sql$/;

const readSql = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8').replaceAll('\r\n', '\n');

/**
 * Creates the schema and the list of its versions, if they are missing. Concurrent installations wait for the end of
 * the transaction.
 */
export const PREPARE_SCHEMA: string = readSql('000-versions.sql');

/** Names the service's schema to the database: its tables are in the first schema of the search path. */
export const ADOPT_SCHEMA = 'SELECT "hotpath"."adopt_schema"(current_schema());';

/** All versions, in order. */
export const SCHEMA_VERSIONS: readonly SchemaVersion[] = readdirSync(FOLDER)
  .sort()
  .flatMap((file) => {
    const [, digits, words] = FILE.exec(file) ?? [];
    const version = Number(digits);
    return words && version > 0
      ? [{ version, title: words.replaceAll('-', ' '), sql: guarded(version, readSql(file)) }]
      : [];
  });

function guarded(version: number, sql: string): string {
  return `DO $hotpath$
BEGIN
  IF EXISTS (SELECT FROM "hotpath"."version" WHERE "version" >= ${version}) THEN
    RETURN;
  END IF;
  EXECUTE $version$
${sql}$version$;
  INSERT INTO "hotpath"."version" ("version") VALUES (${version});
END $hotpath$;`;
}
