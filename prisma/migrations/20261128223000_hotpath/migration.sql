-- Written by `hotpath migration`: what Hotpath needs in this database, in a schema of its own. The parts "by hand" were
-- added by hand: they bring what lay in the service's schema until now, and nothing of it is lost.

BEGIN;

-- The place of all that Hotpath needs in a database, and which versions of it are there. A migration may run again: a
-- reset of the database drops the service's schemas and leaves this one.
DO $$
BEGIN
  -- Two services, or two processes, may do this at once.
  PERFORM pg_advisory_xact_lock(7202, 1);
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

-- Hotpath schema: 1

DO $hotpath$
BEGIN
  IF EXISTS (SELECT FROM "hotpath"."version" WHERE "version" >= 1) THEN
    RETURN;
  END IF;
  EXECUTE $version$
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
$version$;
  INSERT INTO "hotpath"."version" ("version") VALUES (1);
END $hotpath$;

SELECT "hotpath"."adopt_schema"(current_schema());

-- Hotpath by hand: move

-- What the service has stored moves to the schema hotpath. The locks wait for those that write to it now.
LOCK TABLE "idempotency_keys", "job_effects", "job_marks", "job_workers" IN ACCESS EXCLUSIVE MODE;

INSERT INTO "hotpath"."idempotency_keys"
  ("subject", "route", "key", "fingerprint", "status", "headers", "body", "created_at", "expires_at")
SELECT "subject", "route", "key", "fingerprint", "status", "headers", "body", "created_at", "expires_at"
FROM "idempotency_keys"
ON CONFLICT DO NOTHING;

INSERT INTO "hotpath"."job_effects" ("key", "happened_at")
SELECT "key", "happened_at" FROM "job_effects"
ON CONFLICT DO NOTHING;

INSERT INTO "hotpath"."job_marks" ("job", "at")
SELECT "job", "at" FROM "job_marks"
ON CONFLICT DO NOTHING;

-- Workers that run now are known to be alive by the locks of these keys.
INSERT INTO "hotpath"."job_workers" ("key", "locked_by", "started_at")
SELECT "key", "locked_by", "started_at" FROM "job_workers"
ON CONFLICT DO NOTHING;

-- Where the database told of changes, it goes on to.
DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_trigger WHERE tgrelid = '"invalidation_log"'::regclass AND tgname = 'notify' AND tgenabled = 'A'
  ) THEN
    ALTER TABLE "hotpath"."log" ENABLE ALWAYS TRIGGER "notify";
  END IF;
END $$;

-- Hotpath triggers: activity

SELECT "hotpath"."log_changes"('"activities"', '{"source":"activity","keys":[":","?projectId=","?userId="],"columns":["id","project_id","user_id","kind","summary","payload","created_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'activity', ARRAY[':' || n."id", '?projectId=' || n."project_id", '?userId=' || n."user_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'activity', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?projectId=', ARRAY(SELECT (n."project_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'activity', ARRAY[':' || o."id", ':' || n."id", '?projectId=' || o."project_id", '?projectId=' || n."project_id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."project_id", o."user_id", o."kind", o."summary", o."payload", o."created_at")::record *<> ROW(n."id", n."project_id", n."user_id", n."kind", n."summary", n."payload", n."created_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'activity', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o UNION SELECT (n."project_id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'activity', ARRAY[':' || o."id", '?projectId=' || o."project_id", '?userId=' || o."user_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'activity', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'activity', ARRAY[':*', '?projectId=*', '?userId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: category

SELECT "hotpath"."log_changes"('"categories"', '{"source":"category","keys":[":","?slug=","?parentId="],"columns":["id","name","slug","description","icon_url","parent_id","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'category', ARRAY[':' || n."id", '?slug=' || n."slug", '?parentId=' || n."parent_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'category', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?slug=', ARRAY(SELECT (n."slug")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?parentId=', ARRAY(SELECT (n."parent_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'category', ARRAY[':' || o."id", ':' || n."id", '?slug=' || o."slug", '?slug=' || n."slug", '?parentId=' || o."parent_id", '?parentId=' || n."parent_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."name", o."slug", o."description", o."icon_url", o."parent_id", o."created_at", o."updated_at")::record *<> ROW(n."id", n."name", n."slug", n."description", n."icon_url", n."parent_id", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'category', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?slug=', ARRAY(SELECT (o."slug")::text FROM old_rows o UNION SELECT (n."slug")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o UNION SELECT (n."parent_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'category', ARRAY[':' || o."id", '?slug=' || o."slug", '?parentId=' || o."parent_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'category', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?slug=', ARRAY(SELECT (o."slug")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'category', ARRAY[':*', '?slug=*', '?parentId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: device

SELECT "hotpath"."log_changes"('"devices"', '{"source":"device","keys":[":","?merchantId="],"columns":["id","merchant_id","serial","name","kind","status","location","firmware","config","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'device', ARRAY[':' || n."id", '?merchantId=' || n."merchant_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'device', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'device', ARRAY[':' || o."id", ':' || n."id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."merchant_id", o."serial", o."name", o."kind", o."status", o."location", o."firmware", o."config", o."created_at", o."updated_at")::record *<> ROW(n."id", n."merchant_id", n."serial", n."name", n."kind", n."status", n."location", n."firmware", n."config", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'device', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'device', ARRAY[':' || o."id", '?merchantId=' || o."merchant_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'device', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'device', ARRAY[':*', '?merchantId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: inventory

SELECT "hotpath"."log_changes"('"inventories"', '{"source":"inventory","keys":[":"],"columns":["product_id","quantity","warehouse","restock_at","version","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || n."product_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'inventory', "hotpath"."tags"(':', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || o."product_id", ':' || n."product_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."product_id" = o."product_id"
    WHERE ROW(o."product_id", o."quantity", o."warehouse", o."restock_at", o."version", o."updated_at")::record *<> ROW(n."product_id", n."quantity", n."warehouse", n."restock_at", n."version", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'inventory', "hotpath"."tags"(':', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || o."product_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'inventory', "hotpath"."tags"(':', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'inventory', ARRAY[':*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: merchant

SELECT "hotpath"."log_changes"('"merchants"', '{"source":"merchant","keys":[":","?categoryId="],"columns":["id","category_id","name","legal_name","description","website_url","logo_url","support_email","support_phone","address","tax_id","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || n."id", '?categoryId=' || n."category_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'merchant', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (n."category_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || o."id", ':' || n."id", '?categoryId=' || o."category_id", '?categoryId=' || n."category_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."category_id", o."name", o."legal_name", o."description", o."website_url", o."logo_url", o."support_email", o."support_phone", o."address", o."tax_id", o."created_at", o."updated_at")::record *<> ROW(n."id", n."category_id", n."name", n."legal_name", n."description", n."website_url", n."logo_url", n."support_email", n."support_phone", n."address", n."tax_id", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'merchant', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o UNION SELECT (n."category_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || o."id", '?categoryId=' || o."category_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'merchant', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'merchant', ARRAY[':*', '?categoryId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: notification

SELECT "hotpath"."log_changes"('"notifications"', '{"source":"notification","keys":[":","?userId="],"columns":["id","user_id","kind","title","body","data","read_at","version","created_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'notification', ARRAY[':' || n."id", '?userId=' || n."user_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'notification', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'notification', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."user_id", o."kind", o."title", o."body", o."data", o."read_at", o."version", o."created_at")::record *<> ROW(n."id", n."user_id", n."kind", n."title", n."body", n."data", n."read_at", n."version", n."created_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'notification', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'notification', ARRAY[':' || o."id", '?userId=' || o."user_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'notification', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'notification', ARRAY[':*', '?userId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: order

SELECT "hotpath"."log_changes"('"orders"', '{"source":"order","keys":[":","?userId="],"columns":["id","user_id","status","total","currency","shipping_address","version","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'order', ARRAY[':' || n."id", '?userId=' || n."user_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'order', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'order', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."user_id", o."status", o."total", o."currency", o."shipping_address", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."status", n."total", n."currency", n."shipping_address", n."version", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'order', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'order', ARRAY[':' || o."id", '?userId=' || o."user_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'order', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'order', ARRAY[':*', '?userId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: orderItem

SELECT "hotpath"."log_changes"('"order_items"', '{"source":"orderItem","keys":[":","?orderId=","?productId="],"columns":["order_id","product_id","quantity","unit_price"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (n."order_id") || ',' || (n."product_id"), '?orderId=' || n."order_id", '?productId=' || n."product_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'orderItem', "hotpath"."tags"(':', ARRAY(SELECT ((n."order_id") || ',' || (n."product_id"))::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?orderId=', ARRAY(SELECT (n."order_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?productId=', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (o."order_id") || ',' || (o."product_id"), ':' || (n."order_id") || ',' || (n."product_id"), '?orderId=' || o."order_id", '?orderId=' || n."order_id", '?productId=' || o."product_id", '?productId=' || n."product_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."order_id" = o."order_id" AND n."product_id" = o."product_id"
    WHERE ROW(o."order_id", o."product_id", o."quantity", o."unit_price")::record *<> ROW(n."order_id", n."product_id", n."quantity", n."unit_price")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'orderItem', "hotpath"."tags"(':', ARRAY(SELECT ((o."order_id") || ',' || (o."product_id"))::text FROM old_rows o UNION SELECT ((n."order_id") || ',' || (n."product_id"))::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o UNION SELECT (n."order_id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (o."order_id") || ',' || (o."product_id"), '?orderId=' || o."order_id", '?productId=' || o."product_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'orderItem', "hotpath"."tags"(':', ARRAY(SELECT ((o."order_id") || ',' || (o."product_id"))::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'orderItem', ARRAY[':*', '?orderId=*', '?productId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: permission

SELECT "hotpath"."log_changes"('"permissions"', '{"source":"permission","keys":[":","?userId=","?grantedById=","?projectId="],"columns":["user_id","project_id","role","granted_by_id","version","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (n."user_id") || ',' || (n."project_id"), '?userId=' || n."user_id", '?grantedById=' || n."granted_by_id", '?projectId=' || n."project_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'permission', "hotpath"."tags"(':', ARRAY(SELECT ((n."user_id") || ',' || (n."project_id"))::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?grantedById=', ARRAY(SELECT (n."granted_by_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?projectId=', ARRAY(SELECT (n."project_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (o."user_id") || ',' || (o."project_id"), ':' || (n."user_id") || ',' || (n."project_id"), '?userId=' || o."user_id", '?userId=' || n."user_id", '?grantedById=' || o."granted_by_id", '?grantedById=' || n."granted_by_id", '?projectId=' || o."project_id", '?projectId=' || n."project_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."user_id" = o."user_id" AND n."project_id" = o."project_id"
    WHERE ROW(o."user_id", o."project_id", o."role", o."granted_by_id", o."version", o."created_at", o."updated_at")::record *<> ROW(n."user_id", n."project_id", n."role", n."granted_by_id", n."version", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'permission', "hotpath"."tags"(':', ARRAY(SELECT ((o."user_id") || ',' || (o."project_id"))::text FROM old_rows o UNION SELECT ((n."user_id") || ',' || (n."project_id"))::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?grantedById=', ARRAY(SELECT (o."granted_by_id")::text FROM old_rows o UNION SELECT (n."granted_by_id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o UNION SELECT (n."project_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (o."user_id") || ',' || (o."project_id"), '?userId=' || o."user_id", '?grantedById=' || o."granted_by_id", '?projectId=' || o."project_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'permission', "hotpath"."tags"(':', ARRAY(SELECT ((o."user_id") || ',' || (o."project_id"))::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?grantedById=', ARRAY(SELECT (o."granted_by_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'permission', ARRAY[':*', '?userId=*', '?grantedById=*', '?projectId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: post

SELECT "hotpath"."log_changes"('"posts"', '{"source":"post","keys":[":","?authorId="],"columns":["id","author_id","title","body","media","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'post', ARRAY[':' || n."id", '?authorId=' || n."author_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'post', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?authorId=', ARRAY(SELECT (n."author_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'post', ARRAY[':' || o."id", ':' || n."id", '?authorId=' || o."author_id", '?authorId=' || n."author_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."author_id", o."title", o."body", o."media", o."created_at", o."updated_at")::record *<> ROW(n."id", n."author_id", n."title", n."body", n."media", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'post', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?authorId=', ARRAY(SELECT (o."author_id")::text FROM old_rows o UNION SELECT (n."author_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'post', ARRAY[':' || o."id", '?authorId=' || o."author_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'post', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?authorId=', ARRAY(SELECT (o."author_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'post', ARRAY[':*', '?authorId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: product

SELECT "hotpath"."log_changes"('"products"', '{"source":"product","keys":[":","?merchantId=","?categoryId="],"columns":["id","merchant_id","category_id","name","slug","description","price","currency","image_url","gallery","attributes","labels","status","version","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'product', ARRAY[':' || n."id", '?merchantId=' || n."merchant_id", '?categoryId=' || n."category_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'product', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (n."category_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'product', ARRAY[':' || o."id", ':' || n."id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id", '?categoryId=' || o."category_id", '?categoryId=' || n."category_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."merchant_id", o."category_id", o."name", o."slug", o."description", o."price", o."currency", o."image_url", o."gallery", o."attributes", o."labels", o."status", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."merchant_id", n."category_id", n."name", n."slug", n."description", n."price", n."currency", n."image_url", n."gallery", n."attributes", n."labels", n."status", n."version", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'product', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o UNION SELECT (n."category_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'product', ARRAY[':' || o."id", '?merchantId=' || o."merchant_id", '?categoryId=' || o."category_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'product', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'product', ARRAY[':*', '?merchantId=*', '?categoryId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: project

SELECT "hotpath"."log_changes"('"projects"', '{"source":"project","keys":[":","?parentId="],"columns":["id","parent_id","name","description","status","settings","version","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'project', ARRAY[':' || n."id", '?parentId=' || n."parent_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'project', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?parentId=', ARRAY(SELECT (n."parent_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'project', ARRAY[':' || o."id", ':' || n."id", '?parentId=' || o."parent_id", '?parentId=' || n."parent_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."parent_id", o."name", o."description", o."status", o."settings", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."parent_id", n."name", n."description", n."status", n."settings", n."version", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'project', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o UNION SELECT (n."parent_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'project', ARRAY[':' || o."id", '?parentId=' || o."parent_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'project', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'project', ARRAY[':*', '?parentId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: reading

SELECT "hotpath"."log_changes"('"readings"', '{"source":"reading","keys":["?deviceId="],"columns":["device_id","timestamp","temperature","humidity","battery","received_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || n."device_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'reading', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (n."device_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || o."device_id", '?deviceId=' || n."device_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."device_id" = o."device_id" AND n."timestamp" = o."timestamp"
    WHERE ROW(o."device_id", o."timestamp", o."temperature", o."humidity", o."battery", o."received_at")::record *<> ROW(n."device_id", n."timestamp", n."temperature", n."humidity", n."battery", n."received_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'reading', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o UNION SELECT (n."device_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || o."device_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'reading', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'reading', ARRAY['?deviceId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: readingHourly

SELECT "hotpath"."log_changes"('"readings_hourly"', '{"source":"readingHourly","keys":["?deviceId="],"columns":["device_id","hour","count","temperature_min","temperature_max","temperature_avg","humidity_avg"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || n."device_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'readingHourly', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (n."device_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || o."device_id", '?deviceId=' || n."device_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."device_id" = o."device_id" AND n."hour" = o."hour"
    WHERE ROW(o."device_id", o."hour", o."count", o."temperature_min", o."temperature_max", o."temperature_avg", o."humidity_avg")::record *<> ROW(n."device_id", n."hour", n."count", n."temperature_min", n."temperature_max", n."temperature_avg", n."humidity_avg")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'readingHourly', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o UNION SELECT (n."device_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || o."device_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'readingHourly', "hotpath"."tags"('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: report

SELECT "hotpath"."log_changes"('"reports"', '{"source":"report","keys":[":","?userId="],"columns":["id","user_id","kind","status","parameters","progress","rows","link","error","expires_at","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'report', ARRAY[':' || n."id", '?userId=' || n."user_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'report', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'report', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."user_id", o."kind", o."status", o."parameters", o."progress", o."rows", o."link", o."error", o."expires_at", o."created_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."kind", n."status", n."parameters", n."progress", n."rows", n."link", n."error", n."expires_at", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'report', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'report', ARRAY[':' || o."id", '?userId=' || o."user_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'report', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'report', ARRAY[':*', '?userId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: review

SELECT "hotpath"."log_changes"('"reviews"', '{"source":"review","keys":[":","?productId=","?userId="],"columns":["id","product_id","user_id","rating","title","body","created_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'review', ARRAY[':' || n."id", '?productId=' || n."product_id", '?userId=' || n."user_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'review', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?productId=', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'review', ARRAY[':' || o."id", ':' || n."id", '?productId=' || o."product_id", '?productId=' || n."product_id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."product_id", o."user_id", o."rating", o."title", o."body", o."created_at")::record *<> ROW(n."id", n."product_id", n."user_id", n."rating", n."title", n."body", n."created_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'review', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'review', ARRAY[':' || o."id", '?productId=' || o."product_id", '?userId=' || o."user_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'review', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'review', ARRAY[':*', '?productId=*', '?userId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: stockDay

SELECT "hotpath"."log_changes"('"stock_days"', '{"source":"stockDay","keys":["?productId=","?merchantId="],"columns":["product_id","day","merchant_id","ordered","revenue","remaining","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || n."product_id", '?merchantId=' || n."merchant_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'stockDay', "hotpath"."tags"('?productId=', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || o."product_id", '?productId=' || n."product_id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."product_id" = o."product_id" AND n."day" = o."day"
    WHERE ROW(o."product_id", o."day", o."merchant_id", o."ordered", o."revenue", o."remaining", o."updated_at")::record *<> ROW(n."product_id", n."day", n."merchant_id", n."ordered", n."revenue", n."remaining", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'stockDay', "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || o."product_id", '?merchantId=' || o."merchant_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'stockDay', "hotpath"."tags"('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'stockDay', ARRAY['?productId=*', '?merchantId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: transaction

SELECT "hotpath"."log_changes"('"transactions"', '{"source":"transaction","keys":[":","?userId=","?merchantId=","?orderId="],"columns":["id","user_id","merchant_id","order_id","amount","currency","status","description","reference","card_last4","location","metadata","created_at","settled_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || n."id", '?userId=' || n."user_id", '?merchantId=' || n."merchant_id", '?orderId=' || n."order_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'transaction', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?orderId=', ARRAY(SELECT (n."order_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id", '?orderId=' || o."order_id", '?orderId=' || n."order_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."user_id", o."merchant_id", o."order_id", o."amount", o."currency", o."status", o."description", o."reference", o."card_last4", o."location", o."metadata", o."created_at", o."settled_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."merchant_id", n."order_id", n."amount", n."currency", n."status", n."description", n."reference", n."card_last4", n."location", n."metadata", n."created_at", n."settled_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'transaction', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o UNION SELECT (n."order_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || o."id", '?userId=' || o."user_id", '?merchantId=' || o."merchant_id", '?orderId=' || o."order_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'transaction', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'transaction', ARRAY[':*', '?userId=*', '?merchantId=*', '?orderId=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath triggers: user

SELECT "hotpath"."log_changes"('"users"', '{"source":"user","keys":[":","?email="],"columns":["id","email","name","avatar_url","phone","address","preferences","role","status","version","created_at","updated_at"]}', $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'user', ARRAY[':' || n."id", '?email=' || n."email"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'user', "hotpath"."tags"(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?email=', ARRAY(SELECT (n."email")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'user', ARRAY[':' || o."id", ':' || n."id", '?email=' || o."email", '?email=' || n."email"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."email", o."name", o."avatar_url", o."phone", o."address", o."preferences", o."role", o."status", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."email", n."name", n."avatar_url", n."phone", n."address", n."preferences", n."role", n."status", n."version", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'user', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || "hotpath"."tags"('?email=', ARRAY(SELECT (o."email")::text FROM old_rows o UNION SELECT (n."email")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'user', ARRAY[':' || o."id", '?email=' || o."email"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "hotpath"."log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'user', "hotpath"."tags"(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || "hotpath"."tags"('?email=', ARRAY(SELECT (o."email")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "hotpath"."log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'user', ARRAY[':*', '?email=*']::text[]);
  END IF;
  RETURN NULL;
END $$);

-- Hotpath by hand: move

-- What was in the service's own schema goes. The triggers above have taken the place of those that ran its functions.
DROP TABLE "idempotency_keys", "job_effects", "job_marks", "job_workers", "invalidation_log", "invalidation_epoch";

DO $$
DECLARE
  past regprocedure;
BEGIN
  FOR past IN
    SELECT oid FROM pg_proc
    WHERE pronamespace = quote_ident(current_schema())::regnamespace AND (
      proname IN ('invalidation_begin', 'invalidation_end', 'invalidation_trim', 'invalidation_tags',
        'invalidation_catalog', 'invalidation_notify')
      OR proname LIKE 'log\_%' AND prorettype = 'trigger'::regtype
        AND starts_with(obj_description(oid, 'pg_proc'), '{"keys":')
    )
  LOOP
    EXECUTE format('DROP FUNCTION %s', past);
  END LOOP;
END $$;

-- Hotpath epoch: new

DELETE FROM "hotpath"."epoch";

COMMIT;
