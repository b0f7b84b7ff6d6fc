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
