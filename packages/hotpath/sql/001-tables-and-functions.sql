-- The invalidation log: what one statement changed. A tag is what stands behind the source: `:7`, `?categoryId=3`, `:*`.
-- `freshness/follower.ts` says how it is read, and why this table and the next are unlogged.
CREATE UNLOGGED TABLE IF NOT EXISTS "hotpath"."log" (
  "xid" xid8 NOT NULL,
  "source" text NOT NULL,
  "tags" text[] NOT NULL
);

-- What has committed since: `where xid >= $1 or xid = any($2)`.
CREATE INDEX IF NOT EXISTS "log_xid_idx" ON "hotpath"."log" ("xid");

-- The one row that says since when the log is whole. It is written with the id of its own transaction, so that a row that
-- a dump has brought into another database is known by it.
CREATE UNLOGGED TABLE IF NOT EXISTS "hotpath"."epoch" (
  "only" boolean NOT NULL DEFAULT true PRIMARY KEY CHECK ("only"),
  "id" uuid NOT NULL DEFAULT gen_random_uuid(),
  "xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
  "began" pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
  "floor" pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
  "mark" pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
  "marked_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- What was answered to a creating request that carried a key. Two services may share a database, each in a schema of its
-- own, so what belongs to one of them has the schema that its sessions look in first.
CREATE TABLE IF NOT EXISTS "hotpath"."idempotency_keys" (
  "schema" text NOT NULL DEFAULT current_schema(),
  "subject" varchar(255) NOT NULL,
  "route" varchar(120) NOT NULL,
  "key" varchar(255) NOT NULL,
  -- SHA-256 of the path and the body that the key was first sent with.
  "fingerprint" bytea NOT NULL,
  -- The reply. Null only inside the transaction that is about to answer.
  "status" smallint,
  "headers" jsonb NOT NULL DEFAULT '{}',
  "body" text,
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  "expires_at" timestamptz(3) NOT NULL,
  PRIMARY KEY ("schema", "subject", "route", "key")
);

-- Clean-up: `where expires_at < now()`.
CREATE INDEX IF NOT EXISTS "idempotency_keys_expires_at_idx" ON "hotpath"."idempotency_keys" ("expires_at");

-- A worker that runs jobs. It is alive for as long as somebody holds the advisory lock of its key. All services of a
-- database share one queue, and so one list of workers.
CREATE TABLE IF NOT EXISTS "hotpath"."job_workers" (
  "key" integer PRIMARY KEY,
  -- What its jobs are locked by.
  "locked_by" text NOT NULL,
  "started_at" timestamptz(3) NOT NULL DEFAULT now()
);

-- What a job did that may be done once.
CREATE TABLE IF NOT EXISTS "hotpath"."job_effects" (
  "schema" text NOT NULL DEFAULT current_schema(),
  "key" varchar(255) NOT NULL,
  "happened_at" timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY ("schema", "key")
);

-- Clean-up: `where happened_at < $1`.
CREATE INDEX IF NOT EXISTS "job_effects_happened_at_idx" ON "hotpath"."job_effects" ("happened_at");

-- How far a schedule has come.
CREATE TABLE IF NOT EXISTS "hotpath"."job_marks" (
  "schema" text NOT NULL DEFAULT current_schema(),
  "job" varchar(128) NOT NULL,
  "at" timestamptz(3) NOT NULL,
  PRIMARY KEY ("schema", "job")
);

-- The schemas of services, to tell one that was dropped and made again from one that was restored elsewhere.
CREATE TABLE IF NOT EXISTS "hotpath"."schemas" (
  "schema" text PRIMARY KEY,
  "schema_oid" oid NOT NULL,
  -- The server and the database in it.
  "database" text NOT NULL
);

-- Forgets what the service of a schema had stored before the schema was dropped and made again, as a reset does. Ids begin
-- anew then, and an effect of the old order 7 is none of the new one. In a database that was restored elsewhere, or
-- upgraded, the oid differs as well, and all that was stored still holds.
CREATE OR REPLACE FUNCTION "hotpath"."adopt_schema"("place" text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  here CONSTANT text := (
    SELECT concat(system_identifier, '/', pg_database.oid)
    FROM pg_control_system(), pg_database WHERE datname = current_database()
  );
  now_oid CONSTANT oid := to_regnamespace(quote_ident("place"));
BEGIN
  IF now_oid IS NULL THEN
    RETURN;
  END IF;
  IF EXISTS (SELECT FROM "hotpath"."schemas" WHERE "schema" = "place" AND "database" = here AND "schema_oid" <> now_oid) THEN
    DELETE FROM "hotpath"."idempotency_keys" WHERE "schema" = "place";
    DELETE FROM "hotpath"."job_effects" WHERE "schema" = "place";
    DELETE FROM "hotpath"."job_marks" WHERE "schema" = "place";
  END IF;
  INSERT INTO "hotpath"."schemas" AS known VALUES ("place", now_oid, here)
  ON CONFLICT ("schema") DO UPDATE SET "schema_oid" = EXCLUDED."schema_oid", "database" = EXCLUDED."database"
  WHERE (known."schema_oid", known."database") IS DISTINCT FROM (EXCLUDED."schema_oid", EXCLUDED."database");
END $$;

-- The tags of many rows by one key; past 50 values, of whatever value.
CREATE OR REPLACE FUNCTION "hotpath"."tags"("prefix" text, "key_values" text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN cardinality("key_values") > 50 THEN ARRAY["prefix" || '*']
  ELSE ARRAY(SELECT "prefix" || value FROM unnest("key_values") AS value WHERE value IS NOT NULL)
END;

-- A new epoch, unless there is one. All that was cached before is forgotten. A log that came with a dump speaks of
-- transactions that are yet to be.
CREATE OR REPLACE FUNCTION "hotpath"."begin_epoch"() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  DELETE FROM "hotpath"."log" WHERE "xid" >= pg_snapshot_xmax(pg_current_snapshot());
  INSERT INTO "hotpath"."epoch" AS epoch DEFAULT VALUES
  ON CONFLICT ("only") DO UPDATE SET
    "id" = EXCLUDED."id",
    "xid" = EXCLUDED."xid",
    "began" = EXCLUDED."began",
    "floor" = EXCLUDED."floor",
    "mark" = EXCLUDED."mark",
    "marked_at" = EXCLUDED."marked_at"
  WHERE epoch."xmin" <> epoch."xid"::xid;
$$;

-- Ends an epoch, if it is still the one. A follower that finds none begins another.
CREATE OR REPLACE FUNCTION "hotpath"."end_epoch"("row_id" uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  DELETE FROM "hotpath"."epoch" WHERE "id" = "row_id";
$$;

-- Deletes what nobody needs any more, at most so many rows, and says how many. What is visible in the floor is not needed;
-- the floor follows one window behind, two at most.
CREATE OR REPLACE FUNCTION "hotpath"."trim_log"("window" interval, "most" integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  epoch "hotpath"."epoch";
  deleted integer;
BEGIN
  SELECT * INTO epoch FROM "hotpath"."epoch" FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  IF epoch."marked_at" < clock_timestamp() - "window" THEN
    UPDATE "hotpath"."epoch" SET
      "xid" = pg_current_xact_id(),
      "floor" = "mark",
      "mark" = pg_current_snapshot(),
      "marked_at" = clock_timestamp();
  END IF;
  DELETE FROM "hotpath"."log" WHERE "ctid" = ANY (ARRAY(
    SELECT log."ctid"
    FROM "hotpath"."log" AS log
    WHERE log."xid" < pg_snapshot_xmax(epoch."floor") AND pg_visible_in_snapshot(log."xid", epoch."floor")
    ORDER BY log."xid"
    LIMIT "most"
  ));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END $$;

-- A text that is another one after every change of the schema behind these tables and views. A row of the catalog that is
-- written has a later xmin than any that was there, so a sum of them tells. It looks the names up as its caller would.
CREATE OR REPLACE FUNCTION "hotpath"."catalog"("relation_names" text[]) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  relations CONSTANT oid[] := ARRAY(SELECT coalesce(to_regclass(name), 0)::oid FROM unnest("relation_names") AS name);
  functions CONSTANT oid[] := ARRAY(
    SELECT DISTINCT tgfoid FROM pg_catalog.pg_trigger WHERE tgrelid = ANY (relations) ORDER BY tgfoid
  );
  first_of_users CONSTANT oid := 16384;
BEGIN
  RETURN md5(concat_ws(' ',
    relations,
    functions,
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_class WHERE oid = ANY (relations)),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_attribute WHERE attrelid = ANY (relations)),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_attrdef WHERE adrelid = ANY (relations)),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_trigger WHERE tgrelid = ANY (relations)),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_policy WHERE polrelid = ANY (relations)),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_inherits
      WHERE inhparent = ANY (relations) OR inhrelid = ANY (relations)),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_subscription_rel
      WHERE srrelid = ANY (relations)),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_description
      WHERE classoid = 'pg_catalog.pg_proc'::regclass AND objoid = ANY (functions)),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_rewrite WHERE ev_class >= first_of_users),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_proc WHERE oid >= first_of_users),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_collation WHERE oid >= first_of_users),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_type
      WHERE oid >= first_of_users AND typtype = 'd'),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_enum)
  ));
END $$;

-- Makes a table log its changes, or log them in another way: one function, which belongs to the table, and a trigger for
-- each kind of statement. It changes the catalog only where something differs, since that begins a new epoch.
--
-- The function writes to the log as its owner, so a role that writes to the table needs no right to the log. It finds
-- nothing by the session's search path, and no temporary table takes the place of the log. The triggers also run where
-- `session_replication_role` is `replica`, as tools that restore set it.
CREATE OR REPLACE FUNCTION "hotpath"."log_changes"("relation" regclass, "coverage" text, "body" text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- Both names as SQL writes them: "a.b".c is not a."b.c".
  whole CONSTANT text := (
    SELECT format('log %I.%I', nspname, relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = "relation"
  );
  -- PostgreSQL keeps 63 bytes of a name.
  writer CONSTANT text := CASE WHEN octet_length(whole) > 63 THEN 'log ' || md5(whole) ELSE whole END;
  of_before CONSTANT regprocedure[] := ARRAY(
    SELECT DISTINCT tgfoid FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid = "relation" AND tgname LIKE 'invalidation\_%'
      AND pronamespace = '"hotpath"'::regnamespace AND proname <> writer
  );
  event text;
  is_there boolean;
BEGIN
  SELECT count(*) = 4 INTO is_there
  FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
  WHERE tgrelid = "relation" AND tgenabled = 'A' AND tgname LIKE 'invalidation\_%'
    AND pronamespace = '"hotpath"'::regnamespace AND proname = writer
    AND prosrc = "body" AND obj_description(pg_proc.oid, 'pg_proc') = "coverage";
  IF is_there THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE OR REPLACE FUNCTION "hotpath".%I() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS %L', writer, "body");
  EXECUTE format('COMMENT ON FUNCTION "hotpath".%I() IS %L', writer, "coverage");
  FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] LOOP
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION "hotpath".%I()',
      'invalidation_' || lower(event), event, "relation",
      CASE event
        WHEN 'INSERT' THEN 'REFERENCING NEW TABLE AS new_rows'
        WHEN 'UPDATE' THEN 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
        WHEN 'DELETE' THEN 'REFERENCING OLD TABLE AS old_rows'
      END,
      writer);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', "relation", 'invalidation_' || lower(event));
  END LOOP;
  -- The table had another name: what logged it then logs nothing any more.
  PERFORM "hotpath"."drop_unused"(of_before);
  RETURN true;
END $$;

-- Drops those of some functions of this schema that no trigger runs, if the role may.
CREATE OR REPLACE FUNCTION "hotpath"."drop_unused"("functions" regprocedure[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  unused regprocedure;
BEGIN
  FOR unused IN
    SELECT pg_proc.oid FROM pg_proc
    WHERE pg_proc.oid = ANY ("functions") AND pronamespace = '"hotpath"'::regnamespace
      AND pg_has_role(proowner, 'USAGE')
      AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgfoid = pg_proc.oid)
  LOOP
    EXECUTE format('DROP FUNCTION %s', unused);
  END LOOP;
END $$;

-- Makes a table log no changes any more. It may be gone.
CREATE OR REPLACE FUNCTION "hotpath"."stop_logging"("place" text) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  relation CONSTANT regclass := to_regclass("place");
  logging record;
BEGIN
  FOR logging IN
    SELECT tgname, tgfoid::regprocedure AS function
    FROM pg_catalog.pg_trigger JOIN pg_catalog.pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid = relation AND tgname LIKE 'invalidation\_%' AND pronamespace = '"hotpath"'::regnamespace
  LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', logging.tgname, relation);
  END LOOP;
  -- Also those of tables that are gone.
  PERFORM "hotpath"."drop_unused"(ARRAY(
    SELECT oid::regprocedure FROM pg_catalog.pg_proc
    WHERE pronamespace = '"hotpath"'::regnamespace AND proname LIKE 'log %' AND prorettype = 'trigger'::regtype
  ));
END $$;

-- Tells those that listen of a change. Off: `hotpath notify on` enables it.
CREATE OR REPLACE FUNCTION "hotpath"."notify"() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  NOTIFY "invalidation";
  RETURN NULL;
END $$;

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = '"hotpath"."log"'::regclass AND tgname = 'notify') THEN
    CREATE TRIGGER "notify" AFTER INSERT ON "hotpath"."log" FOR EACH ROW EXECUTE FUNCTION "hotpath"."notify"();
    ALTER TABLE "hotpath"."log" DISABLE TRIGGER "notify";
  END IF;
END $$;
