-- The invalidation log: which rows each transaction changed, for as long as a cached response may have been read before.
-- src/engine/freshness/follower.ts says how it is read, and why both tables are unlogged.

-- CreateTable: what one statement changed. A tag is what stands behind the source: `:7`, `?categoryId=3`, `:*`.
CREATE UNLOGGED TABLE "invalidation_log" (
    "xid" xid8 NOT NULL,
    "source" TEXT NOT NULL,
    "tags" TEXT[] NOT NULL
);

-- CreateIndex: what has committed since: `where xid >= $1 or xid = any($2)`.
CREATE INDEX "invalidation_log_xid_idx" ON "invalidation_log"("xid");

-- CreateTable: the one row that says since when the log is whole. It is written with the id of its own transaction, so
-- that a row that a dump has brought into another database is known by it.
CREATE UNLOGGED TABLE "invalidation_epoch" (
    "only" BOOLEAN NOT NULL DEFAULT true,
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "began" pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
    "floor" pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
    "mark" pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
    "marked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "invalidation_epoch_pkey" PRIMARY KEY ("only"),
    CONSTRAINT "invalidation_epoch_only_check" CHECK ("only")
);

-- CreateFunction: the tags of many rows by one key; past 50 values, of whatever value.
CREATE FUNCTION "invalidation_tags"("prefix" text, "key_values" text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN cardinality("key_values") > 50 THEN ARRAY["prefix" || '*']
  ELSE ARRAY(SELECT "prefix" || value FROM unnest("key_values") AS value WHERE value IS NOT NULL)
END;

-- CreateFunction: a new epoch, unless there is one. All that was cached before is forgotten. A log that came with a dump
-- speaks of transactions that are yet to be.
CREATE FUNCTION "invalidation_begin"() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
  DELETE FROM "invalidation_log" WHERE "xid" >= pg_snapshot_xmax(pg_current_snapshot());
  INSERT INTO "invalidation_epoch" AS epoch DEFAULT VALUES
  ON CONFLICT ("only") DO UPDATE SET
    "id" = EXCLUDED."id",
    "xid" = EXCLUDED."xid",
    "began" = EXCLUDED."began",
    "floor" = EXCLUDED."floor",
    "mark" = EXCLUDED."mark",
    "marked_at" = EXCLUDED."marked_at"
  WHERE epoch."xmin" <> epoch."xid"::xid;
$$;

-- CreateFunction: deletes what nobody needs any more, at most so many rows, and says how many. What is visible in the
-- floor is not needed; the floor follows one window behind, two at most.
CREATE FUNCTION "invalidation_trim"("window" interval, "most" integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
  epoch "invalidation_epoch";
  deleted integer;
BEGIN
  SELECT * INTO epoch FROM "invalidation_epoch" FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  IF epoch."marked_at" < clock_timestamp() - "window" THEN
    UPDATE "invalidation_epoch" SET
      "xid" = pg_current_xact_id(),
      "floor" = "mark",
      "mark" = pg_current_snapshot(),
      "marked_at" = clock_timestamp();
  END IF;
  DELETE FROM "invalidation_log" WHERE "ctid" = ANY (ARRAY(
    SELECT log."ctid"
    FROM "invalidation_log" log
    WHERE log."xid" < pg_snapshot_xmax(epoch."floor") AND pg_visible_in_snapshot(log."xid", epoch."floor")
    ORDER BY log."xid"
    LIMIT "most"
  ));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END $$;
