-- Written by `hotpath migration`: what Hotpath needs in this database, in a schema of its own.

BEGIN;

-- The place of all that Hotpath needs in a database, and which versions of it are there. A migration may run again: a
-- reset of the database drops the service's schemas and leaves this one.
DO $$
BEGIN
  -- Two services, or two processes, may do this at once.
  PERFORM pg_advisory_xact_lock(7202, 1);
  IF current_schema() = 'hotpath' THEN
    RAISE EXCEPTION 'The schema "hotpath" is the library''s own'
      USING HINT = 'Keep the tables of the service in another schema.';
  END IF;
  -- Not IF NOT EXISTS, which asks for the right to create a schema where one is there.
  IF to_regnamespace('"hotpath"') IS NULL THEN
    CREATE SCHEMA "hotpath";
  END IF;
  IF to_regclass('"hotpath"."version"') IS NULL THEN
    CREATE TABLE "hotpath"."version" (
      "version" integer PRIMARY KEY,
      "installed_at" timestamptz(3) NOT NULL DEFAULT now()
    );
  END IF;
END $$;

-- Hotpath schema: 3

DO $hotpath$
BEGIN
  IF EXISTS (SELECT FROM "hotpath"."version" WHERE "version" >= 3) THEN
    RETURN;
  END IF;
  EXECUTE $version$
-- The name of the present life of the primary: the epoch's row, the server's start, and the place of the database in it. This
-- table is logged, so a standby has the name once it has replayed the transaction that wrote it. A statement that finds the
-- name on a standby therefore reads a later state of that life, or of a server that was promoted out of it. The timeline tells
-- the two apart: a promotion begins a higher one, and a server that was promoted keeps it if it is made a standby again.
CREATE TABLE IF NOT EXISTS "hotpath"."life" (
  "only" boolean NOT NULL DEFAULT true PRIMARY KEY CHECK ("only"),
  "name" text NOT NULL,
  "timeline" integer NOT NULL
);

-- Writes the name of the present life, unless it is there, and returns it; nothing while there is no epoch. The commit does
-- not wait for a standby: one that is away would hold up the follower.
CREATE OR REPLACE FUNCTION "hotpath"."name_life"() RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  present text;
BEGIN
  SELECT concat(epoch."id", ' ', pg_postmaster_start_time(), ' ', pg_relation_filepath('pg_catalog.pg_class'))
  INTO present
  FROM "hotpath"."epoch" AS epoch
  WHERE epoch."xmin" = epoch."xid"::xid;
  IF present IS NOT NULL AND NOT EXISTS (SELECT FROM "hotpath"."life" WHERE "name" = present) THEN
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO "hotpath"."life" AS life ("name", "timeline")
    VALUES (present, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer)
    ON CONFLICT ("only") DO UPDATE SET "name" = EXCLUDED."name", "timeline" = EXCLUDED."timeline";
  END IF;
  RETURN present;
END $$;
$version$;
  INSERT INTO "hotpath"."version" ("version") VALUES (3);
END $hotpath$;

SELECT "hotpath"."adopt_schema"(current_schema());

-- Hotpath epoch: new

DELETE FROM "hotpath"."epoch";

COMMIT;
