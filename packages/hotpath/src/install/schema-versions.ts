/**
 * The versions of the schema `hotpath`, from the package's folder `sql`. A version that was released never changes; what
 * comes next is the next file.
 *
 * A version runs where neither it nor a later one is installed. So a migration may run again (a reset of the database
 * leaves this schema alone), and a service that is older than another one of the same database takes nothing back.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface SchemaVersion {
  readonly version: number;
  /** What it brings, in words: `tables and functions`. */
  readonly title: string;
  /** Its SQL, to be run in a transaction in which `PREPARE_SCHEMA` has run. */
  readonly sql: string;
}

const FOLDER = new URL('../../sql/', import.meta.url);
const FILE = /^(\d{3})-(.+)\.sql$/;

const readSql = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8').replaceAll('\r\n', '\n');

/** Makes the schema and the list of its versions, where there are none. Others who do so wait for the end of the transaction. */
export const PREPARE_SCHEMA: string = readSql('000-versions.sql');

/** Tells the database which schema is the service's: its tables lie in the first one of the search path. */
export const ADOPT_SCHEMA = 'SELECT "hotpath"."adopt_schema"(current_schema());';

/** All of them, in order. */
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
