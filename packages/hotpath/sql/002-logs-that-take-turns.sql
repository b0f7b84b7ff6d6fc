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
