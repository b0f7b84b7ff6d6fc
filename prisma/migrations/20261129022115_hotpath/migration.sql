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

-- Writers go on in between, until all of the tables are free at once.
DO $$
DECLARE
  relations regclass[] := ARRAY[
    '"activities"',
    '"categories"',
    '"devices"',
    '"inventories"',
    '"merchants"',
    '"notifications"',
    '"orders"',
    '"order_items"',
    '"permissions"',
    '"posts"',
    '"products"',
    '"projects"',
    '"readings"',
    '"readings_hourly"',
    '"reports"',
    '"reviews"',
    '"stock_days"',
    '"transactions"',
    '"users"'
  ];
  relation regclass;
  former CONSTANT text := current_setting('lock_timeout');
BEGIN
  PERFORM set_config('lock_timeout', '300ms', true);
  FOR tried IN 1..60 LOOP
    BEGIN
      FOREACH relation IN ARRAY relations LOOP
        EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', relation);
      END LOOP;
      PERFORM set_config('lock_timeout', former, true);
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      relations := relation || array_remove(relations, relation);
    END;
    PERFORM pg_sleep(random() / 10);
  END LOOP;
  RAISE EXCEPTION 'The table % is locked all the time', relation
    USING ERRCODE = 'lock_not_available', HINT = 'Look for transactions that stay open, or stop what writes to it.';
END $$;

-- Hotpath schema: 2

DO $hotpath$
BEGIN
  IF EXISTS (SELECT FROM "hotpath"."version" WHERE "version" >= 2) THEN
    RETURN;
  END IF;
  EXECUTE $version$
-- Two logs take turns, so that what nobody needs any more is gone with its file: to delete the rows of the log, and to
-- vacuum it, cost a busy database more than to write them. The table "log" stays what readers read, these two included;
-- triggers that were made for version 1 go on writing to it. None of what follows waits for a writer or a reader.
--
-- A log is only ever emptied whole, so vacuum has nothing to do there.
CREATE UNLOGGED TABLE IF NOT EXISTS "hotpath"."log_a" () INHERITS ("hotpath"."log") WITH (autovacuum_enabled = false);
CREATE UNLOGGED TABLE IF NOT EXISTS "hotpath"."log_b" () INHERITS ("hotpath"."log") WITH (autovacuum_enabled = false);

CREATE INDEX IF NOT EXISTS "log_a_xid_idx" ON "hotpath"."log_a" ("xid");
CREATE INDEX IF NOT EXISTS "log_b_xid_idx" ON "hotpath"."log_b" ("xid");

-- Whether it is the turn of "log_a". A log that is emptied gets another file, whose number is later than that of any file
-- that was made before, as numbers that go round are compared: its turn begins. No state of its own is needed for it, and no
-- lock: a writer finds the numbers in its own cache of the catalog. A writer that is a little late writes to the other log,
-- which no rule forbids.
CREATE OR REPLACE FUNCTION "hotpath"."is_turn_of_log_a"() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint
  - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint) & 4294967295 < 2147483648;

-- Empties the log that rests, and so gives it its turn, once nobody needs its rows. Of "log" itself it deletes at most so many
-- rows, and says how many.
--
-- Rows are not needed if they are visible in the floor. The floor is a snapshot that was taken a window ago, after the log's
-- turn had ended. It was committed before anything is removed, so a reader that misses a row sees a floor above it:
--
-- 1. The log that rests has rows that the mark does not cover: the mark is taken anew.
-- 2. The mark covers them and is older than the window: it becomes the floor.
-- 3. The floor covers them: the log is emptied, and it is its turn.
--
-- TRUNCATE is seen by snapshots that are older than it. That hurts no reader: it takes its locks before its snapshot, as
-- every statement does outside of a transaction of a higher isolation level. So it either has the log locked, or its
-- snapshot is later than the end of this transaction, and sees the floor. And a transaction that has written to the log has
-- it locked until its end, so that no row is missed here. Nobody is made to wait: what is locked is tried again later.
CREATE OR REPLACE FUNCTION "hotpath"."trim_log"("window" interval, "most" integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  resting regclass := CASE WHEN "hotpath"."is_turn_of_log_a"() THEN '"hotpath"."log_b"' ELSE '"hotpath"."log_a"' END;
  epoch "hotpath"."epoch";
  deleted integer;
BEGIN
  -- In another one, this transaction would not see what others have committed since it began.
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RETURN 0;
  END IF;
  SELECT * INTO epoch FROM "hotpath"."epoch" FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  IF NOT "hotpath"."is_log_past"(resting, epoch."mark") THEN
    UPDATE "hotpath"."epoch" SET
      "xid" = pg_current_xact_id(),
      "mark" = pg_current_snapshot(),
      "marked_at" = clock_timestamp();
  ELSIF epoch."marked_at" < clock_timestamp() - "window" THEN
    UPDATE "hotpath"."epoch" SET
      "xid" = pg_current_xact_id(),
      "floor" = "mark",
      "mark" = pg_current_snapshot(),
      "marked_at" = clock_timestamp();
  END IF;
  IF pg_relation_size('"hotpath"."log_a"') + pg_relation_size('"hotpath"."log_b"') > 0
    AND "hotpath"."is_log_past"(resting, epoch."floor")
  THEN
    PERFORM "hotpath"."empty_log"(resting, epoch."floor");
  END IF;
  DELETE FROM ONLY "hotpath"."log" WHERE "ctid" = ANY (ARRAY(
    SELECT log."ctid"
    FROM ONLY "hotpath"."log" AS log
    WHERE log."xid" < pg_snapshot_xmax(epoch."floor") AND pg_visible_in_snapshot(log."xid", epoch."floor")
    ORDER BY log."xid"
    LIMIT "most"
  ));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END $$;

-- Whether all committed rows of a log are visible in a snapshot.
CREATE OR REPLACE FUNCTION "hotpath"."is_log_past"("place" regclass, "seen" pg_snapshot) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  is_past boolean;
BEGIN
  EXECUTE format(
    'SELECT NOT EXISTS (SELECT FROM ONLY %1$s WHERE "xid" >= pg_snapshot_xmax($1))
      AND NOT EXISTS (SELECT FROM ONLY %1$s WHERE "xid" = ANY (ARRAY(SELECT pg_snapshot_xip($1))))', "place")
  INTO is_past USING "seen";
  RETURN is_past;
END $$;

-- Empties a log, unless somebody reads or writes it at this moment.
CREATE OR REPLACE FUNCTION "hotpath"."empty_log"("place" regclass, "floor" pg_snapshot) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE NOWAIT', "place");
  -- What has been committed until now is seen from here on.
  IF "hotpath"."is_log_past"("place", "floor") THEN
    EXECUTE format('TRUNCATE ONLY %s', "place");
  END IF;
EXCEPTION
  WHEN lock_not_available THEN
    NULL;
END $$;

-- As on "log": off, unless it is on there.
DO $$
DECLARE
  place regclass;
BEGIN
  FOREACH place IN ARRAY ARRAY['"hotpath"."log_a"', '"hotpath"."log_b"']::regclass[] LOOP
    IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = place AND tgname = 'notify') THEN
      CONTINUE;
    END IF;
    EXECUTE format('CREATE TRIGGER "notify" AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION "hotpath"."notify"()', place);
    IF EXISTS (
      SELECT FROM pg_trigger WHERE tgrelid = '"hotpath"."log"'::regclass AND tgname = 'notify' AND tgenabled = 'A'
    ) THEN
      EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER "notify"', place);
    ELSE
      EXECUTE format('ALTER TABLE %s DISABLE TRIGGER "notify"', place);
    END IF;
  END LOOP;
END $$;
$version$;
  INSERT INTO "hotpath"."version" ("version") VALUES (2);
END $hotpath$;

SELECT "hotpath"."adopt_schema"(current_schema());

-- Hotpath triggers: activity

SELECT "hotpath"."log_changes"('"activities"', '{"source":"activity","keys":[":","?projectId=","?userId="],"columns":["id","project_id","user_id","kind","summary","payload","created_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'activity', ARRAY[':' || n."id", '?projectId=' || n."project_id", '?userId=' || n."user_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'activity', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?projectId=', ARRAY(SELECT (n."project_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'activity', ARRAY[':' || o."id", ':' || n."id", '?projectId=' || o."project_id", '?projectId=' || n."project_id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."project_id", o."user_id", o."kind", o."summary", o."payload", o."created_at")::record *<> ROW(n."id", n."project_id", n."user_id", n."kind", n."summary", n."payload", n."created_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'activity', ARRAY[':' || o."id", ':' || n."id", '?projectId=' || o."project_id", '?projectId=' || n."project_id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."project_id", o."user_id", o."kind", o."summary", o."payload", o."created_at")::record *<> ROW(n."id", n."project_id", n."user_id", n."kind", n."summary", n."payload", n."created_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'activity', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o UNION SELECT (n."project_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'activity', ARRAY[':' || o."id", '?projectId=' || o."project_id", '?userId=' || o."user_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'activity', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'activity', ARRAY[':*', '?projectId=*', '?userId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'activity', ARRAY[':' || n."id", '?projectId=' || n."project_id", '?userId=' || n."user_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'activity', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?projectId=', ARRAY(SELECT (n."project_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'activity', ARRAY[':' || o."id", ':' || n."id", '?projectId=' || o."project_id", '?projectId=' || n."project_id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."project_id", o."user_id", o."kind", o."summary", o."payload", o."created_at")::record *<> ROW(n."id", n."project_id", n."user_id", n."kind", n."summary", n."payload", n."created_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'activity', ARRAY[':' || o."id", ':' || n."id", '?projectId=' || o."project_id", '?projectId=' || n."project_id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."project_id", o."user_id", o."kind", o."summary", o."payload", o."created_at")::record *<> ROW(n."id", n."project_id", n."user_id", n."kind", n."summary", n."payload", n."created_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'activity', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o UNION SELECT (n."project_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'activity', ARRAY[':' || o."id", '?projectId=' || o."project_id", '?userId=' || o."user_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'activity', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'activity', ARRAY[':*', '?projectId=*', '?userId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: category

SELECT "hotpath"."log_changes"('"categories"', '{"source":"category","keys":[":","?slug=","?parentId="],"columns":["id","name","slug","description","icon_url","parent_id","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'category', ARRAY[':' || n."id", '?slug=' || n."slug", '?parentId=' || n."parent_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'category', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?slug=', ARRAY(SELECT (n."slug")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?parentId=', ARRAY(SELECT (n."parent_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'category', ARRAY[':' || o."id", ':' || n."id", '?slug=' || o."slug", '?slug=' || n."slug", '?parentId=' || o."parent_id", '?parentId=' || n."parent_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."name", o."slug", o."description", o."icon_url", o."parent_id", o."created_at", o."updated_at")::record *<> ROW(n."id", n."name", n."slug", n."description", n."icon_url", n."parent_id", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'category', ARRAY[':' || o."id", ':' || n."id", '?slug=' || o."slug", '?slug=' || n."slug", '?parentId=' || o."parent_id", '?parentId=' || n."parent_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."name", o."slug", o."description", o."icon_url", o."parent_id", o."created_at", o."updated_at")::record *<> ROW(n."id", n."name", n."slug", n."description", n."icon_url", n."parent_id", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'category', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?slug=', ARRAY(SELECT (o."slug")::text FROM old_rows o UNION SELECT (n."slug")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o UNION SELECT (n."parent_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'category', ARRAY[':' || o."id", '?slug=' || o."slug", '?parentId=' || o."parent_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'category', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?slug=', ARRAY(SELECT (o."slug")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'category', ARRAY[':*', '?slug=*', '?parentId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'category', ARRAY[':' || n."id", '?slug=' || n."slug", '?parentId=' || n."parent_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'category', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?slug=', ARRAY(SELECT (n."slug")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?parentId=', ARRAY(SELECT (n."parent_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'category', ARRAY[':' || o."id", ':' || n."id", '?slug=' || o."slug", '?slug=' || n."slug", '?parentId=' || o."parent_id", '?parentId=' || n."parent_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."name", o."slug", o."description", o."icon_url", o."parent_id", o."created_at", o."updated_at")::record *<> ROW(n."id", n."name", n."slug", n."description", n."icon_url", n."parent_id", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'category', ARRAY[':' || o."id", ':' || n."id", '?slug=' || o."slug", '?slug=' || n."slug", '?parentId=' || o."parent_id", '?parentId=' || n."parent_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."name", o."slug", o."description", o."icon_url", o."parent_id", o."created_at", o."updated_at")::record *<> ROW(n."id", n."name", n."slug", n."description", n."icon_url", n."parent_id", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'category', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?slug=', ARRAY(SELECT (o."slug")::text FROM old_rows o UNION SELECT (n."slug")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o UNION SELECT (n."parent_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'category', ARRAY[':' || o."id", '?slug=' || o."slug", '?parentId=' || o."parent_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'category', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?slug=', ARRAY(SELECT (o."slug")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'category', ARRAY[':*', '?slug=*', '?parentId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: device

SELECT "hotpath"."log_changes"('"devices"', '{"source":"device","keys":[":","?merchantId="],"columns":["id","merchant_id","serial","name","kind","status","location","firmware","config","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'device', ARRAY[':' || n."id", '?merchantId=' || n."merchant_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'device', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'device', ARRAY[':' || o."id", ':' || n."id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."merchant_id", o."serial", o."name", o."kind", o."status", o."location", o."firmware", o."config", o."created_at", o."updated_at")::record *<> ROW(n."id", n."merchant_id", n."serial", n."name", n."kind", n."status", n."location", n."firmware", n."config", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'device', ARRAY[':' || o."id", ':' || n."id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."merchant_id", o."serial", o."name", o."kind", o."status", o."location", o."firmware", o."config", o."created_at", o."updated_at")::record *<> ROW(n."id", n."merchant_id", n."serial", n."name", n."kind", n."status", n."location", n."firmware", n."config", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'device', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'device', ARRAY[':' || o."id", '?merchantId=' || o."merchant_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'device', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'device', ARRAY[':*', '?merchantId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'device', ARRAY[':' || n."id", '?merchantId=' || n."merchant_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'device', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'device', ARRAY[':' || o."id", ':' || n."id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."merchant_id", o."serial", o."name", o."kind", o."status", o."location", o."firmware", o."config", o."created_at", o."updated_at")::record *<> ROW(n."id", n."merchant_id", n."serial", n."name", n."kind", n."status", n."location", n."firmware", n."config", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'device', ARRAY[':' || o."id", ':' || n."id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."merchant_id", o."serial", o."name", o."kind", o."status", o."location", o."firmware", o."config", o."created_at", o."updated_at")::record *<> ROW(n."id", n."merchant_id", n."serial", n."name", n."kind", n."status", n."location", n."firmware", n."config", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'device', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'device', ARRAY[':' || o."id", '?merchantId=' || o."merchant_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'device', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'device', ARRAY[':*', '?merchantId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: inventory

SELECT "hotpath"."log_changes"('"inventories"', '{"source":"inventory","keys":[":"],"columns":["product_id","quantity","warehouse","restock_at","version","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || n."product_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'inventory', "hotpath"."tags"(':', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || o."product_id", ':' || n."product_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."product_id", o."quantity", o."warehouse", o."restock_at", o."version", o."updated_at")::record *<> ROW(n."product_id", n."quantity", n."warehouse", n."restock_at", n."version", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || o."product_id", ':' || n."product_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."product_id" = o."product_id"
      WHERE ROW(o."product_id", o."quantity", o."warehouse", o."restock_at", o."version", o."updated_at")::record *<> ROW(n."product_id", n."quantity", n."warehouse", n."restock_at", n."version", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'inventory', "hotpath"."tags"(':', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || o."product_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'inventory', "hotpath"."tags"(':', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'inventory', ARRAY[':*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || n."product_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'inventory', "hotpath"."tags"(':', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || o."product_id", ':' || n."product_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."product_id", o."quantity", o."warehouse", o."restock_at", o."version", o."updated_at")::record *<> ROW(n."product_id", n."quantity", n."warehouse", n."restock_at", n."version", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || o."product_id", ':' || n."product_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."product_id" = o."product_id"
      WHERE ROW(o."product_id", o."quantity", o."warehouse", o."restock_at", o."version", o."updated_at")::record *<> ROW(n."product_id", n."quantity", n."warehouse", n."restock_at", n."version", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'inventory', "hotpath"."tags"(':', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || o."product_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'inventory', "hotpath"."tags"(':', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'inventory', ARRAY[':*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: merchant

SELECT "hotpath"."log_changes"('"merchants"', '{"source":"merchant","keys":[":","?categoryId="],"columns":["id","category_id","name","legal_name","description","website_url","logo_url","support_email","support_phone","address","tax_id","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || n."id", '?categoryId=' || n."category_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'merchant', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (n."category_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || o."id", ':' || n."id", '?categoryId=' || o."category_id", '?categoryId=' || n."category_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."category_id", o."name", o."legal_name", o."description", o."website_url", o."logo_url", o."support_email", o."support_phone", o."address", o."tax_id", o."created_at", o."updated_at")::record *<> ROW(n."id", n."category_id", n."name", n."legal_name", n."description", n."website_url", n."logo_url", n."support_email", n."support_phone", n."address", n."tax_id", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || o."id", ':' || n."id", '?categoryId=' || o."category_id", '?categoryId=' || n."category_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."category_id", o."name", o."legal_name", o."description", o."website_url", o."logo_url", o."support_email", o."support_phone", o."address", o."tax_id", o."created_at", o."updated_at")::record *<> ROW(n."id", n."category_id", n."name", n."legal_name", n."description", n."website_url", n."logo_url", n."support_email", n."support_phone", n."address", n."tax_id", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'merchant', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o UNION SELECT (n."category_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || o."id", '?categoryId=' || o."category_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'merchant', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'merchant', ARRAY[':*', '?categoryId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || n."id", '?categoryId=' || n."category_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'merchant', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (n."category_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || o."id", ':' || n."id", '?categoryId=' || o."category_id", '?categoryId=' || n."category_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."category_id", o."name", o."legal_name", o."description", o."website_url", o."logo_url", o."support_email", o."support_phone", o."address", o."tax_id", o."created_at", o."updated_at")::record *<> ROW(n."id", n."category_id", n."name", n."legal_name", n."description", n."website_url", n."logo_url", n."support_email", n."support_phone", n."address", n."tax_id", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || o."id", ':' || n."id", '?categoryId=' || o."category_id", '?categoryId=' || n."category_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."category_id", o."name", o."legal_name", o."description", o."website_url", o."logo_url", o."support_email", o."support_phone", o."address", o."tax_id", o."created_at", o."updated_at")::record *<> ROW(n."id", n."category_id", n."name", n."legal_name", n."description", n."website_url", n."logo_url", n."support_email", n."support_phone", n."address", n."tax_id", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'merchant', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o UNION SELECT (n."category_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || o."id", '?categoryId=' || o."category_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'merchant', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'merchant', ARRAY[':*', '?categoryId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: notification

SELECT "hotpath"."log_changes"('"notifications"', '{"source":"notification","keys":[":","?userId="],"columns":["id","user_id","kind","title","body","data","read_at","version","created_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'notification', ARRAY[':' || n."id", '?userId=' || n."user_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'notification', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'notification', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."user_id", o."kind", o."title", o."body", o."data", o."read_at", o."version", o."created_at")::record *<> ROW(n."id", n."user_id", n."kind", n."title", n."body", n."data", n."read_at", n."version", n."created_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'notification', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."user_id", o."kind", o."title", o."body", o."data", o."read_at", o."version", o."created_at")::record *<> ROW(n."id", n."user_id", n."kind", n."title", n."body", n."data", n."read_at", n."version", n."created_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'notification', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'notification', ARRAY[':' || o."id", '?userId=' || o."user_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'notification', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'notification', ARRAY[':*', '?userId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'notification', ARRAY[':' || n."id", '?userId=' || n."user_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'notification', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'notification', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."user_id", o."kind", o."title", o."body", o."data", o."read_at", o."version", o."created_at")::record *<> ROW(n."id", n."user_id", n."kind", n."title", n."body", n."data", n."read_at", n."version", n."created_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'notification', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."user_id", o."kind", o."title", o."body", o."data", o."read_at", o."version", o."created_at")::record *<> ROW(n."id", n."user_id", n."kind", n."title", n."body", n."data", n."read_at", n."version", n."created_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'notification', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'notification', ARRAY[':' || o."id", '?userId=' || o."user_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'notification', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'notification', ARRAY[':*', '?userId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: order

SELECT "hotpath"."log_changes"('"orders"', '{"source":"order","keys":[":","?userId="],"columns":["id","user_id","status","total","currency","shipping_address","version","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'order', ARRAY[':' || n."id", '?userId=' || n."user_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'order', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'order', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."user_id", o."status", o."total", o."currency", o."shipping_address", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."status", n."total", n."currency", n."shipping_address", n."version", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'order', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."user_id", o."status", o."total", o."currency", o."shipping_address", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."status", n."total", n."currency", n."shipping_address", n."version", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'order', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'order', ARRAY[':' || o."id", '?userId=' || o."user_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'order', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'order', ARRAY[':*', '?userId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'order', ARRAY[':' || n."id", '?userId=' || n."user_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'order', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'order', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."user_id", o."status", o."total", o."currency", o."shipping_address", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."status", n."total", n."currency", n."shipping_address", n."version", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'order', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."user_id", o."status", o."total", o."currency", o."shipping_address", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."status", n."total", n."currency", n."shipping_address", n."version", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'order', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'order', ARRAY[':' || o."id", '?userId=' || o."user_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'order', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'order', ARRAY[':*', '?userId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: orderItem

SELECT "hotpath"."log_changes"('"order_items"', '{"source":"orderItem","keys":[":","?orderId=","?productId="],"columns":["order_id","product_id","quantity","unit_price"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (n."order_id") || ',' || (n."product_id"), '?orderId=' || n."order_id", '?productId=' || n."product_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'orderItem', "hotpath"."tags"(':', ARRAY(SELECT ((n."order_id") || ',' || (n."product_id"))::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?orderId=', ARRAY(SELECT (n."order_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?productId=', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (o."order_id") || ',' || (o."product_id"), ':' || (n."order_id") || ',' || (n."product_id"), '?orderId=' || o."order_id", '?orderId=' || n."order_id", '?productId=' || o."product_id", '?productId=' || n."product_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."order_id", o."product_id", o."quantity", o."unit_price")::record *<> ROW(n."order_id", n."product_id", n."quantity", n."unit_price")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (o."order_id") || ',' || (o."product_id"), ':' || (n."order_id") || ',' || (n."product_id"), '?orderId=' || o."order_id", '?orderId=' || n."order_id", '?productId=' || o."product_id", '?productId=' || n."product_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."order_id" = o."order_id" AND n."product_id" = o."product_id"
      WHERE ROW(o."order_id", o."product_id", o."quantity", o."unit_price")::record *<> ROW(n."order_id", n."product_id", n."quantity", n."unit_price")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'orderItem', "hotpath"."tags"(':', ARRAY(SELECT ((o."order_id") || ',' || (o."product_id"))::text FROM old_rows o UNION SELECT ((n."order_id") || ',' || (n."product_id"))::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o UNION SELECT (n."order_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (o."order_id") || ',' || (o."product_id"), '?orderId=' || o."order_id", '?productId=' || o."product_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'orderItem', "hotpath"."tags"(':', ARRAY(SELECT ((o."order_id") || ',' || (o."product_id"))::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'orderItem', ARRAY[':*', '?orderId=*', '?productId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (n."order_id") || ',' || (n."product_id"), '?orderId=' || n."order_id", '?productId=' || n."product_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'orderItem', "hotpath"."tags"(':', ARRAY(SELECT ((n."order_id") || ',' || (n."product_id"))::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?orderId=', ARRAY(SELECT (n."order_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?productId=', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (o."order_id") || ',' || (o."product_id"), ':' || (n."order_id") || ',' || (n."product_id"), '?orderId=' || o."order_id", '?orderId=' || n."order_id", '?productId=' || o."product_id", '?productId=' || n."product_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."order_id", o."product_id", o."quantity", o."unit_price")::record *<> ROW(n."order_id", n."product_id", n."quantity", n."unit_price")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (o."order_id") || ',' || (o."product_id"), ':' || (n."order_id") || ',' || (n."product_id"), '?orderId=' || o."order_id", '?orderId=' || n."order_id", '?productId=' || o."product_id", '?productId=' || n."product_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."order_id" = o."order_id" AND n."product_id" = o."product_id"
      WHERE ROW(o."order_id", o."product_id", o."quantity", o."unit_price")::record *<> ROW(n."order_id", n."product_id", n."quantity", n."unit_price")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'orderItem', "hotpath"."tags"(':', ARRAY(SELECT ((o."order_id") || ',' || (o."product_id"))::text FROM old_rows o UNION SELECT ((n."order_id") || ',' || (n."product_id"))::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o UNION SELECT (n."order_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (o."order_id") || ',' || (o."product_id"), '?orderId=' || o."order_id", '?productId=' || o."product_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'orderItem', "hotpath"."tags"(':', ARRAY(SELECT ((o."order_id") || ',' || (o."product_id"))::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'orderItem', ARRAY[':*', '?orderId=*', '?productId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: permission

SELECT "hotpath"."log_changes"('"permissions"', '{"source":"permission","keys":[":","?userId=","?grantedById=","?projectId="],"columns":["user_id","project_id","role","granted_by_id","version","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (n."user_id") || ',' || (n."project_id"), '?userId=' || n."user_id", '?grantedById=' || n."granted_by_id", '?projectId=' || n."project_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'permission', "hotpath"."tags"(':', ARRAY(SELECT ((n."user_id") || ',' || (n."project_id"))::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?grantedById=', ARRAY(SELECT (n."granted_by_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?projectId=', ARRAY(SELECT (n."project_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (o."user_id") || ',' || (o."project_id"), ':' || (n."user_id") || ',' || (n."project_id"), '?userId=' || o."user_id", '?userId=' || n."user_id", '?grantedById=' || o."granted_by_id", '?grantedById=' || n."granted_by_id", '?projectId=' || o."project_id", '?projectId=' || n."project_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."user_id", o."project_id", o."role", o."granted_by_id", o."version", o."created_at", o."updated_at")::record *<> ROW(n."user_id", n."project_id", n."role", n."granted_by_id", n."version", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (o."user_id") || ',' || (o."project_id"), ':' || (n."user_id") || ',' || (n."project_id"), '?userId=' || o."user_id", '?userId=' || n."user_id", '?grantedById=' || o."granted_by_id", '?grantedById=' || n."granted_by_id", '?projectId=' || o."project_id", '?projectId=' || n."project_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."user_id" = o."user_id" AND n."project_id" = o."project_id"
      WHERE ROW(o."user_id", o."project_id", o."role", o."granted_by_id", o."version", o."created_at", o."updated_at")::record *<> ROW(n."user_id", n."project_id", n."role", n."granted_by_id", n."version", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'permission', "hotpath"."tags"(':', ARRAY(SELECT ((o."user_id") || ',' || (o."project_id"))::text FROM old_rows o UNION SELECT ((n."user_id") || ',' || (n."project_id"))::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?grantedById=', ARRAY(SELECT (o."granted_by_id")::text FROM old_rows o UNION SELECT (n."granted_by_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o UNION SELECT (n."project_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (o."user_id") || ',' || (o."project_id"), '?userId=' || o."user_id", '?grantedById=' || o."granted_by_id", '?projectId=' || o."project_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'permission', "hotpath"."tags"(':', ARRAY(SELECT ((o."user_id") || ',' || (o."project_id"))::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?grantedById=', ARRAY(SELECT (o."granted_by_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'permission', ARRAY[':*', '?userId=*', '?grantedById=*', '?projectId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (n."user_id") || ',' || (n."project_id"), '?userId=' || n."user_id", '?grantedById=' || n."granted_by_id", '?projectId=' || n."project_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'permission', "hotpath"."tags"(':', ARRAY(SELECT ((n."user_id") || ',' || (n."project_id"))::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?grantedById=', ARRAY(SELECT (n."granted_by_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?projectId=', ARRAY(SELECT (n."project_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (o."user_id") || ',' || (o."project_id"), ':' || (n."user_id") || ',' || (n."project_id"), '?userId=' || o."user_id", '?userId=' || n."user_id", '?grantedById=' || o."granted_by_id", '?grantedById=' || n."granted_by_id", '?projectId=' || o."project_id", '?projectId=' || n."project_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."user_id", o."project_id", o."role", o."granted_by_id", o."version", o."created_at", o."updated_at")::record *<> ROW(n."user_id", n."project_id", n."role", n."granted_by_id", n."version", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (o."user_id") || ',' || (o."project_id"), ':' || (n."user_id") || ',' || (n."project_id"), '?userId=' || o."user_id", '?userId=' || n."user_id", '?grantedById=' || o."granted_by_id", '?grantedById=' || n."granted_by_id", '?projectId=' || o."project_id", '?projectId=' || n."project_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."user_id" = o."user_id" AND n."project_id" = o."project_id"
      WHERE ROW(o."user_id", o."project_id", o."role", o."granted_by_id", o."version", o."created_at", o."updated_at")::record *<> ROW(n."user_id", n."project_id", n."role", n."granted_by_id", n."version", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'permission', "hotpath"."tags"(':', ARRAY(SELECT ((o."user_id") || ',' || (o."project_id"))::text FROM old_rows o UNION SELECT ((n."user_id") || ',' || (n."project_id"))::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?grantedById=', ARRAY(SELECT (o."granted_by_id")::text FROM old_rows o UNION SELECT (n."granted_by_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o UNION SELECT (n."project_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (o."user_id") || ',' || (o."project_id"), '?userId=' || o."user_id", '?grantedById=' || o."granted_by_id", '?projectId=' || o."project_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'permission', "hotpath"."tags"(':', ARRAY(SELECT ((o."user_id") || ',' || (o."project_id"))::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?grantedById=', ARRAY(SELECT (o."granted_by_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'permission', ARRAY[':*', '?userId=*', '?grantedById=*', '?projectId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: post

SELECT "hotpath"."log_changes"('"posts"', '{"source":"post","keys":[":","?authorId="],"columns":["id","author_id","title","body","media","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'post', ARRAY[':' || n."id", '?authorId=' || n."author_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'post', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?authorId=', ARRAY(SELECT (n."author_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'post', ARRAY[':' || o."id", ':' || n."id", '?authorId=' || o."author_id", '?authorId=' || n."author_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."author_id", o."title", o."body", o."media", o."created_at", o."updated_at")::record *<> ROW(n."id", n."author_id", n."title", n."body", n."media", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'post', ARRAY[':' || o."id", ':' || n."id", '?authorId=' || o."author_id", '?authorId=' || n."author_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."author_id", o."title", o."body", o."media", o."created_at", o."updated_at")::record *<> ROW(n."id", n."author_id", n."title", n."body", n."media", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'post', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?authorId=', ARRAY(SELECT (o."author_id")::text FROM old_rows o UNION SELECT (n."author_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'post', ARRAY[':' || o."id", '?authorId=' || o."author_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'post', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?authorId=', ARRAY(SELECT (o."author_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'post', ARRAY[':*', '?authorId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'post', ARRAY[':' || n."id", '?authorId=' || n."author_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'post', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?authorId=', ARRAY(SELECT (n."author_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'post', ARRAY[':' || o."id", ':' || n."id", '?authorId=' || o."author_id", '?authorId=' || n."author_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."author_id", o."title", o."body", o."media", o."created_at", o."updated_at")::record *<> ROW(n."id", n."author_id", n."title", n."body", n."media", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'post', ARRAY[':' || o."id", ':' || n."id", '?authorId=' || o."author_id", '?authorId=' || n."author_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."author_id", o."title", o."body", o."media", o."created_at", o."updated_at")::record *<> ROW(n."id", n."author_id", n."title", n."body", n."media", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'post', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?authorId=', ARRAY(SELECT (o."author_id")::text FROM old_rows o UNION SELECT (n."author_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'post', ARRAY[':' || o."id", '?authorId=' || o."author_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'post', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?authorId=', ARRAY(SELECT (o."author_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'post', ARRAY[':*', '?authorId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: product

SELECT "hotpath"."log_changes"('"products"', '{"source":"product","keys":[":","?merchantId=","?categoryId="],"columns":["id","merchant_id","category_id","name","slug","description","price","currency","image_url","gallery","attributes","labels","status","version","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'product', ARRAY[':' || n."id", '?merchantId=' || n."merchant_id", '?categoryId=' || n."category_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'product', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (n."category_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'product', ARRAY[':' || o."id", ':' || n."id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id", '?categoryId=' || o."category_id", '?categoryId=' || n."category_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."merchant_id", o."category_id", o."name", o."slug", o."description", o."price", o."currency", o."image_url", o."gallery", o."attributes", o."labels", o."status", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."merchant_id", n."category_id", n."name", n."slug", n."description", n."price", n."currency", n."image_url", n."gallery", n."attributes", n."labels", n."status", n."version", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'product', ARRAY[':' || o."id", ':' || n."id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id", '?categoryId=' || o."category_id", '?categoryId=' || n."category_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."merchant_id", o."category_id", o."name", o."slug", o."description", o."price", o."currency", o."image_url", o."gallery", o."attributes", o."labels", o."status", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."merchant_id", n."category_id", n."name", n."slug", n."description", n."price", n."currency", n."image_url", n."gallery", n."attributes", n."labels", n."status", n."version", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'product', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o UNION SELECT (n."category_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'product', ARRAY[':' || o."id", '?merchantId=' || o."merchant_id", '?categoryId=' || o."category_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'product', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'product', ARRAY[':*', '?merchantId=*', '?categoryId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'product', ARRAY[':' || n."id", '?merchantId=' || n."merchant_id", '?categoryId=' || n."category_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'product', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (n."category_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'product', ARRAY[':' || o."id", ':' || n."id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id", '?categoryId=' || o."category_id", '?categoryId=' || n."category_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."merchant_id", o."category_id", o."name", o."slug", o."description", o."price", o."currency", o."image_url", o."gallery", o."attributes", o."labels", o."status", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."merchant_id", n."category_id", n."name", n."slug", n."description", n."price", n."currency", n."image_url", n."gallery", n."attributes", n."labels", n."status", n."version", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'product', ARRAY[':' || o."id", ':' || n."id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id", '?categoryId=' || o."category_id", '?categoryId=' || n."category_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."merchant_id", o."category_id", o."name", o."slug", o."description", o."price", o."currency", o."image_url", o."gallery", o."attributes", o."labels", o."status", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."merchant_id", n."category_id", n."name", n."slug", n."description", n."price", n."currency", n."image_url", n."gallery", n."attributes", n."labels", n."status", n."version", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'product', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o UNION SELECT (n."category_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'product', ARRAY[':' || o."id", '?merchantId=' || o."merchant_id", '?categoryId=' || o."category_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'product', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'product', ARRAY[':*', '?merchantId=*', '?categoryId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: project

SELECT "hotpath"."log_changes"('"projects"', '{"source":"project","keys":[":","?parentId="],"columns":["id","parent_id","name","description","status","settings","version","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'project', ARRAY[':' || n."id", '?parentId=' || n."parent_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'project', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?parentId=', ARRAY(SELECT (n."parent_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'project', ARRAY[':' || o."id", ':' || n."id", '?parentId=' || o."parent_id", '?parentId=' || n."parent_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."parent_id", o."name", o."description", o."status", o."settings", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."parent_id", n."name", n."description", n."status", n."settings", n."version", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'project', ARRAY[':' || o."id", ':' || n."id", '?parentId=' || o."parent_id", '?parentId=' || n."parent_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."parent_id", o."name", o."description", o."status", o."settings", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."parent_id", n."name", n."description", n."status", n."settings", n."version", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'project', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o UNION SELECT (n."parent_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'project', ARRAY[':' || o."id", '?parentId=' || o."parent_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'project', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'project', ARRAY[':*', '?parentId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'project', ARRAY[':' || n."id", '?parentId=' || n."parent_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'project', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?parentId=', ARRAY(SELECT (n."parent_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'project', ARRAY[':' || o."id", ':' || n."id", '?parentId=' || o."parent_id", '?parentId=' || n."parent_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."parent_id", o."name", o."description", o."status", o."settings", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."parent_id", n."name", n."description", n."status", n."settings", n."version", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'project', ARRAY[':' || o."id", ':' || n."id", '?parentId=' || o."parent_id", '?parentId=' || n."parent_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."parent_id", o."name", o."description", o."status", o."settings", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."parent_id", n."name", n."description", n."status", n."settings", n."version", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'project', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o UNION SELECT (n."parent_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'project', ARRAY[':' || o."id", '?parentId=' || o."parent_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'project', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'project', ARRAY[':*', '?parentId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: reading

SELECT "hotpath"."log_changes"('"readings"', '{"source":"reading","keys":["?deviceId="],"columns":["device_id","timestamp","temperature","humidity","battery","received_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || n."device_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'reading', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (n."device_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || o."device_id", '?deviceId=' || n."device_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."device_id", o."timestamp", o."temperature", o."humidity", o."battery", o."received_at")::record *<> ROW(n."device_id", n."timestamp", n."temperature", n."humidity", n."battery", n."received_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || o."device_id", '?deviceId=' || n."device_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."device_id" = o."device_id" AND n."timestamp" = o."timestamp"
      WHERE ROW(o."device_id", o."timestamp", o."temperature", o."humidity", o."battery", o."received_at")::record *<> ROW(n."device_id", n."timestamp", n."temperature", n."humidity", n."battery", n."received_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'reading', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o UNION SELECT (n."device_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || o."device_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'reading', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'reading', ARRAY['?deviceId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || n."device_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'reading', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (n."device_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || o."device_id", '?deviceId=' || n."device_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."device_id", o."timestamp", o."temperature", o."humidity", o."battery", o."received_at")::record *<> ROW(n."device_id", n."timestamp", n."temperature", n."humidity", n."battery", n."received_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || o."device_id", '?deviceId=' || n."device_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."device_id" = o."device_id" AND n."timestamp" = o."timestamp"
      WHERE ROW(o."device_id", o."timestamp", o."temperature", o."humidity", o."battery", o."received_at")::record *<> ROW(n."device_id", n."timestamp", n."temperature", n."humidity", n."battery", n."received_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'reading', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o UNION SELECT (n."device_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || o."device_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'reading', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'reading', ARRAY['?deviceId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: readingHourly

SELECT "hotpath"."log_changes"('"readings_hourly"', '{"source":"readingHourly","keys":["?deviceId="],"columns":["device_id","hour","count","temperature_min","temperature_max","temperature_avg","humidity_avg"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || n."device_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'readingHourly', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (n."device_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || o."device_id", '?deviceId=' || n."device_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."device_id", o."hour", o."count", o."temperature_min", o."temperature_max", o."temperature_avg", o."humidity_avg")::record *<> ROW(n."device_id", n."hour", n."count", n."temperature_min", n."temperature_max", n."temperature_avg", n."humidity_avg")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || o."device_id", '?deviceId=' || n."device_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."device_id" = o."device_id" AND n."hour" = o."hour"
      WHERE ROW(o."device_id", o."hour", o."count", o."temperature_min", o."temperature_max", o."temperature_avg", o."humidity_avg")::record *<> ROW(n."device_id", n."hour", n."count", n."temperature_min", n."temperature_max", n."temperature_avg", n."humidity_avg")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'readingHourly', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o UNION SELECT (n."device_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || o."device_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'readingHourly', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || n."device_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'readingHourly', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (n."device_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || o."device_id", '?deviceId=' || n."device_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."device_id", o."hour", o."count", o."temperature_min", o."temperature_max", o."temperature_avg", o."humidity_avg")::record *<> ROW(n."device_id", n."hour", n."count", n."temperature_min", n."temperature_max", n."temperature_avg", n."humidity_avg")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || o."device_id", '?deviceId=' || n."device_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."device_id" = o."device_id" AND n."hour" = o."hour"
      WHERE ROW(o."device_id", o."hour", o."count", o."temperature_min", o."temperature_max", o."temperature_avg", o."humidity_avg")::record *<> ROW(n."device_id", n."hour", n."count", n."temperature_min", n."temperature_max", n."temperature_avg", n."humidity_avg")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'readingHourly', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o UNION SELECT (n."device_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || o."device_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'readingHourly', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: report

SELECT "hotpath"."log_changes"('"reports"', '{"source":"report","keys":[":","?userId="],"columns":["id","user_id","kind","status","parameters","progress","rows","link","error","expires_at","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'report', ARRAY[':' || n."id", '?userId=' || n."user_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'report', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'report', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."user_id", o."kind", o."status", o."parameters", o."progress", o."rows", o."link", o."error", o."expires_at", o."created_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."kind", n."status", n."parameters", n."progress", n."rows", n."link", n."error", n."expires_at", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'report', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."user_id", o."kind", o."status", o."parameters", o."progress", o."rows", o."link", o."error", o."expires_at", o."created_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."kind", n."status", n."parameters", n."progress", n."rows", n."link", n."error", n."expires_at", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'report', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'report', ARRAY[':' || o."id", '?userId=' || o."user_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'report', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'report', ARRAY[':*', '?userId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'report', ARRAY[':' || n."id", '?userId=' || n."user_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'report', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'report', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."user_id", o."kind", o."status", o."parameters", o."progress", o."rows", o."link", o."error", o."expires_at", o."created_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."kind", n."status", n."parameters", n."progress", n."rows", n."link", n."error", n."expires_at", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'report', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."user_id", o."kind", o."status", o."parameters", o."progress", o."rows", o."link", o."error", o."expires_at", o."created_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."kind", n."status", n."parameters", n."progress", n."rows", n."link", n."error", n."expires_at", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'report', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'report', ARRAY[':' || o."id", '?userId=' || o."user_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'report', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'report', ARRAY[':*', '?userId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: review

SELECT "hotpath"."log_changes"('"reviews"', '{"source":"review","keys":[":","?productId=","?userId="],"columns":["id","product_id","user_id","rating","title","body","created_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'review', ARRAY[':' || n."id", '?productId=' || n."product_id", '?userId=' || n."user_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'review', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?productId=', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'review', ARRAY[':' || o."id", ':' || n."id", '?productId=' || o."product_id", '?productId=' || n."product_id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."product_id", o."user_id", o."rating", o."title", o."body", o."created_at")::record *<> ROW(n."id", n."product_id", n."user_id", n."rating", n."title", n."body", n."created_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'review', ARRAY[':' || o."id", ':' || n."id", '?productId=' || o."product_id", '?productId=' || n."product_id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."product_id", o."user_id", o."rating", o."title", o."body", o."created_at")::record *<> ROW(n."id", n."product_id", n."user_id", n."rating", n."title", n."body", n."created_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'review', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'review', ARRAY[':' || o."id", '?productId=' || o."product_id", '?userId=' || o."user_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'review', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'review', ARRAY[':*', '?productId=*', '?userId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'review', ARRAY[':' || n."id", '?productId=' || n."product_id", '?userId=' || n."user_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'review', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?productId=', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'review', ARRAY[':' || o."id", ':' || n."id", '?productId=' || o."product_id", '?productId=' || n."product_id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."product_id", o."user_id", o."rating", o."title", o."body", o."created_at")::record *<> ROW(n."id", n."product_id", n."user_id", n."rating", n."title", n."body", n."created_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'review', ARRAY[':' || o."id", ':' || n."id", '?productId=' || o."product_id", '?productId=' || n."product_id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."product_id", o."user_id", o."rating", o."title", o."body", o."created_at")::record *<> ROW(n."id", n."product_id", n."user_id", n."rating", n."title", n."body", n."created_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'review', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'review', ARRAY[':' || o."id", '?productId=' || o."product_id", '?userId=' || o."user_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'review', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'review', ARRAY[':*', '?productId=*', '?userId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: stockDay

SELECT "hotpath"."log_changes"('"stock_days"', '{"source":"stockDay","keys":["?productId=","?merchantId="],"columns":["product_id","day","merchant_id","ordered","revenue","remaining","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || n."product_id", '?merchantId=' || n."merchant_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'stockDay', "hotpath"."tags"('?productId=', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || o."product_id", '?productId=' || n."product_id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."product_id", o."day", o."merchant_id", o."ordered", o."revenue", o."remaining", o."updated_at")::record *<> ROW(n."product_id", n."day", n."merchant_id", n."ordered", n."revenue", n."remaining", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || o."product_id", '?productId=' || n."product_id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."product_id" = o."product_id" AND n."day" = o."day"
      WHERE ROW(o."product_id", o."day", o."merchant_id", o."ordered", o."revenue", o."remaining", o."updated_at")::record *<> ROW(n."product_id", n."day", n."merchant_id", n."ordered", n."revenue", n."remaining", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'stockDay', "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || o."product_id", '?merchantId=' || o."merchant_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'stockDay', "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'stockDay', ARRAY['?productId=*', '?merchantId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || n."product_id", '?merchantId=' || n."merchant_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'stockDay', "hotpath"."tags"('?productId=', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || o."product_id", '?productId=' || n."product_id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."product_id", o."day", o."merchant_id", o."ordered", o."revenue", o."remaining", o."updated_at")::record *<> ROW(n."product_id", n."day", n."merchant_id", n."ordered", n."revenue", n."remaining", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || o."product_id", '?productId=' || n."product_id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."product_id" = o."product_id" AND n."day" = o."day"
      WHERE ROW(o."product_id", o."day", o."merchant_id", o."ordered", o."revenue", o."remaining", o."updated_at")::record *<> ROW(n."product_id", n."day", n."merchant_id", n."ordered", n."revenue", n."remaining", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'stockDay', "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || o."product_id", '?merchantId=' || o."merchant_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'stockDay', "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'stockDay', ARRAY['?productId=*', '?merchantId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: transaction

SELECT "hotpath"."log_changes"('"transactions"', '{"source":"transaction","keys":[":","?userId=","?merchantId=","?orderId="],"columns":["id","user_id","merchant_id","order_id","amount","currency","status","description","reference","card_last4","location","metadata","created_at","settled_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || n."id", '?userId=' || n."user_id", '?merchantId=' || n."merchant_id", '?orderId=' || n."order_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'transaction', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?orderId=', ARRAY(SELECT (n."order_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id", '?orderId=' || o."order_id", '?orderId=' || n."order_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."user_id", o."merchant_id", o."order_id", o."amount", o."currency", o."status", o."description", o."reference", o."card_last4", o."location", o."metadata", o."created_at", o."settled_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."merchant_id", n."order_id", n."amount", n."currency", n."status", n."description", n."reference", n."card_last4", n."location", n."metadata", n."created_at", n."settled_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id", '?orderId=' || o."order_id", '?orderId=' || n."order_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."user_id", o."merchant_id", o."order_id", o."amount", o."currency", o."status", o."description", o."reference", o."card_last4", o."location", o."metadata", o."created_at", o."settled_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."merchant_id", n."order_id", n."amount", n."currency", n."status", n."description", n."reference", n."card_last4", n."location", n."metadata", n."created_at", n."settled_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'transaction', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o UNION SELECT (n."order_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || o."id", '?userId=' || o."user_id", '?merchantId=' || o."merchant_id", '?orderId=' || o."order_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'transaction', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'transaction', ARRAY[':*', '?userId=*', '?merchantId=*', '?orderId=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || n."id", '?userId=' || n."user_id", '?merchantId=' || n."merchant_id", '?orderId=' || n."order_id"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'transaction', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?orderId=', ARRAY(SELECT (n."order_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id", '?orderId=' || o."order_id", '?orderId=' || n."order_id"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."user_id", o."merchant_id", o."order_id", o."amount", o."currency", o."status", o."description", o."reference", o."card_last4", o."location", o."metadata", o."created_at", o."settled_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."merchant_id", n."order_id", n."amount", n."currency", n."status", n."description", n."reference", n."card_last4", n."location", n."metadata", n."created_at", n."settled_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id", '?orderId=' || o."order_id", '?orderId=' || n."order_id"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."user_id", o."merchant_id", o."order_id", o."amount", o."currency", o."status", o."description", o."reference", o."card_last4", o."location", o."metadata", o."created_at", o."settled_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."merchant_id", n."order_id", n."amount", n."currency", n."status", n."description", n."reference", n."card_last4", n."location", n."metadata", n."created_at", n."settled_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'transaction', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o UNION SELECT (n."order_id")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || o."id", '?userId=' || o."user_id", '?merchantId=' || o."merchant_id", '?orderId=' || o."order_id"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'transaction', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'transaction', ARRAY[':*', '?userId=*', '?merchantId=*', '?orderId=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: user

SELECT "hotpath"."log_changes"('"users"', '{"source":"user","keys":[":","?email="],"columns":["id","email","name","avatar_url","phone","address","preferences","role","status","version","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF (pg_relation_filenode('"hotpath"."log_a"'::regclass)::bigint - pg_relation_filenode('"hotpath"."log_b"'::regclass)::bigint)
    & 4294967295 < 2147483648 THEN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'user', ARRAY[':' || n."id", '?email=' || n."email"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'user', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?email=', ARRAY(SELECT (n."email")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'user', ARRAY[':' || o."id", ':' || n."id", '?email=' || o."email", '?email=' || n."email"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."email", o."name", o."avatar_url", o."phone", o."address", o."preferences", o."role", o."status", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."email", n."name", n."avatar_url", n."phone", n."address", n."preferences", n."role", n."status", n."version", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'user', ARRAY[':' || o."id", ':' || n."id", '?email=' || o."email", '?email=' || n."email"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."email", o."name", o."avatar_url", o."phone", o."address", o."preferences", o."role", o."status", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."email", n."name", n."avatar_url", n."phone", n."address", n."preferences", n."role", n."status", n."version", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'user', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?email=', ARRAY(SELECT (o."email")::text FROM old_rows o UNION SELECT (n."email")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'user', ARRAY[':' || o."id", '?email=' || o."email"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'user', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?email=', ARRAY(SELECT (o."email")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_a" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'user', ARRAY[':*', '?email=*']::text[]);
    END IF;
  ELSE
    IF TG_OP = 'INSERT' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'user', ARRAY[':' || n."id", '?email=' || n."email"]::text[]
      FROM new_rows n
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'user', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?email=', ARRAY(SELECT (n."email")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NOT EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        SELECT pg_current_xact_id(), 'user', ARRAY[':' || o."id", ':' || n."id", '?email=' || o."email", '?email=' || n."email"]::text[]
        FROM old_rows o LEFT JOIN new_rows n ON true
        WHERE ROW(o."id", o."email", o."name", o."avatar_url", o."phone", o."address", o."preferences", o."role", o."status", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."email", n."name", n."avatar_url", n."phone", n."address", n."preferences", n."role", n."status", n."version", n."created_at", n."updated_at")::record;
        RETURN NULL;
      END IF;
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'user', ARRAY[':' || o."id", ':' || n."id", '?email=' || o."email", '?email=' || n."email"]::text[]
      FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
      WHERE ROW(o."id", o."email", o."name", o."avatar_url", o."phone", o."address", o."preferences", o."role", o."status", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."email", n."name", n."avatar_url", n."phone", n."address", n."preferences", n."role", n."status", n."version", n."created_at", n."updated_at")::record
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'user', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
          || "hotpath"."tags"('?email=', ARRAY(SELECT (o."email")::text FROM old_rows o UNION SELECT (n."email")::text FROM new_rows n LIMIT 51)));
      END IF;
    ELSIF TG_OP = 'DELETE' THEN
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      SELECT pg_current_xact_id(), 'user', ARRAY[':' || o."id", '?email=' || o."email"]::text[]
      FROM old_rows o
      LIMIT 9;
      GET DIAGNOSTICS logged = ROW_COUNT;
      IF logged > 8 THEN
        INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
        VALUES (pg_current_xact_id(), 'user', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
          || "hotpath"."tags"('?email=', ARRAY(SELECT (o."email")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
      END IF;
    ELSE
      INSERT INTO "hotpath"."log_b" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'user', ARRAY[':*', '?email=*']::text[]);
    END IF;
  END IF;
  RETURN NULL;
END $$);

-- Hotpath epoch: new

DELETE FROM "hotpath"."epoch";

COMMIT;
