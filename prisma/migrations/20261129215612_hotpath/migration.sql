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

-- Hotpath schema: 4

DO $hotpath$
BEGIN
  IF EXISTS (SELECT FROM "hotpath"."version" WHERE "version" >= 4) THEN
    RETURN;
  END IF;
  EXECUTE $version$
-- Partitioned tables log their changes: the table and each of its partitions, to any depth, have the triggers of a table, because
-- a statement runs the triggers of the table that it names, and no others. All of them run one function.
--
-- PostgreSQL creates no trigger of statements on a new partition. `hotpath.log_partitions` does, in the transaction that creates
-- or attaches the partition.

-- A table, and all partitions below it.
CREATE OR REPLACE FUNCTION "hotpath"."tables_of"("relation" regclass) RETURNS regclass[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE tree AS (
    SELECT "relation"::oid AS oid
    UNION
    SELECT child.inhrelid
    FROM tree
    JOIN pg_class AS parent ON parent.oid = tree.oid AND parent.relkind = 'p'
    JOIN pg_inherits AS child ON child.inhparent = tree.oid
  )
  SELECT array_agg(oid::regclass ORDER BY oid <> "relation", oid) FROM tree
$$;

-- The name of the function that the triggers of a table run. Both names as SQL writes them: "a.b".c is not a."b.c".
CREATE OR REPLACE FUNCTION "hotpath"."writer_of"("relation" regclass) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
  -- PostgreSQL keeps 63 bytes of a name.
  SELECT CASE WHEN octet_length(whole) > 63 THEN 'log ' || md5(whole) ELSE whole END
  FROM (
    SELECT format('log %I.%I', nspname, relname) AS whole
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = "relation"
  ) AS named
$$;

-- How many triggers of a table run a function of this schema whatever `session_replication_role` is. Four log all changes.
CREATE OR REPLACE FUNCTION "hotpath"."triggers_of"("relation" regclass, "writer" text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT count(*)
  FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
  WHERE tgrelid = "relation" AND tgenabled = 'A' AND tgname LIKE 'invalidation\_%'
    AND pronamespace = '"hotpath"'::regnamespace AND proname = "writer"
$$;

-- Logs a change of every row of a table, once a transaction.
CREATE OR REPLACE FUNCTION "hotpath"."log_all"("writer" text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  INSERT INTO "hotpath"."log" ("xid", "source", "tags")
  SELECT pg_current_xact_id(), source, tags
  FROM (
    SELECT coverage ->> 'source' AS source, ARRAY(SELECT key || '*' FROM jsonb_array_elements_text(coverage -> 'keys') AS key) AS tags
    FROM pg_proc CROSS JOIN LATERAL (SELECT obj_description(pg_proc.oid, 'pg_proc')::jsonb AS coverage) AS comment
    WHERE pronamespace = '"hotpath"'::regnamespace AND proname = "writer" AND proname LIKE 'log %' AND prorettype = 'trigger'::regtype
  ) AS change
  WHERE source IS NOT NULL AND NOT EXISTS (
    SELECT FROM ONLY "hotpath"."log" AS log
    WHERE log."xid" = pg_current_xact_id() AND log."source" = change.source AND log."tags" = change.tags
  )
$$;

-- A row may move to another partition. If MERGE moves it, PostgreSQL shows the row to no trigger of statements: neither as it
-- was, nor, unless the statement also inserts, as it is. So an update of a key of the partitions logs a change of every row.
-- PostgreSQL copies this trigger to new partitions.
CREATE OR REPLACE FUNCTION "hotpath"."log_moves"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM "hotpath"."log_all"(TG_ARGV[0]);
  RETURN NEW;
END $$;

-- The columns that decide in which partition a row is, over all levels. Those of expressions depend on their table like the others.
CREATE OR REPLACE FUNCTION "hotpath"."partition_keys"("relation" regclass) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT ARRAY(
    SELECT DISTINCT attname::text
    FROM pg_partitioned_table
    JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = partrelid AND objsubid > 0
      AND refclassid = 'pg_class'::regclass AND refobjid = partrelid AND refobjsubid = 0 AND deptype = 'i'
    JOIN pg_attribute ON attrelid = partrelid AND attnum = objsubid
    WHERE partrelid = ANY ("hotpath"."tables_of"("relation"))
    ORDER BY 1
  )
$$;

-- Whether updates of the keys are logged, in each partition.
CREATE OR REPLACE FUNCTION "hotpath"."logs_moves"("relation" regclass, "writer" text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT NOT EXISTS (
    SELECT FROM unnest("hotpath"."tables_of"("relation")) AS place
    WHERE NOT EXISTS (
      SELECT FROM pg_trigger
      WHERE tgrelid = place AND tgenabled = 'A' AND tgfoid = '"hotpath"."log_moves"'::regproc
        AND tgargs = (
          SELECT string_agg(convert_to(argument, getdatabaseencoding()) || '\x00', '' ORDER BY at)
          FROM unnest("writer" || "hotpath"."partition_keys"("relation")) WITH ORDINALITY AS given (argument, at)
        )
    )
  )
$$;

-- Creates the triggers that a table and its partitions lack, and says how many tables lacked some. A foreign table runs no trigger
-- for changes that are made elsewhere, and PostgreSQL refuses to write to one through a table with such triggers. So a
-- table with a foreign partition gets none.
CREATE OR REPLACE FUNCTION "hotpath"."add_triggers"("relation" regclass, "writer" text) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  places CONSTANT regclass[] := "hotpath"."tables_of"("relation");
  keys CONSTANT text[] := "hotpath"."partition_keys"("relation");
  stranger CONSTANT regclass := (SELECT oid FROM pg_class WHERE oid = ANY (places) AND relkind = 'f' LIMIT 1);
  place regclass;
  event text;
  compared text;
  added integer := 0;
BEGIN
  IF stranger IS NOT NULL THEN
    RAISE WARNING 'The changes of % are not logged, because its partition % is a foreign table', "relation", stranger;
    RETURN 0;
  END IF;
  FOREACH place IN ARRAY places LOOP
    CONTINUE WHEN "hotpath"."triggers_of"(place, "writer") = 4;
    FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] LOOP
      EXECUTE format(
        'CREATE OR REPLACE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION "hotpath".%I()',
        'invalidation_' || lower(event), event, place,
        CASE event
          WHEN 'INSERT' THEN 'REFERENCING NEW TABLE AS new_rows'
          WHEN 'UPDATE' THEN 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
          WHEN 'DELETE' THEN 'REFERENCING OLD TABLE AS old_rows'
        END,
        "writer");
      EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', place, 'invalidation_' || lower(event));
    END LOOP;
    added := added + 1;
  END LOOP;
  IF keys <> '{}' AND NOT "hotpath"."logs_moves"("relation", "writer") THEN
    SELECT format('ROW(%s)::record *<> ROW(%s)::record',
      string_agg(format('OLD.%I', attname), ', ' ORDER BY attnum), string_agg(format('NEW.%I', attname), ', ' ORDER BY attnum))
    INTO compared
    FROM pg_attribute
    WHERE attrelid = "relation" AND attnum > 0 AND NOT attisdropped AND attname = ANY (keys);
    -- By its name the last of the triggers before an update, so that it sees the row as the others leave it.
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER "~invalidation_of_moves" BEFORE UPDATE ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION "hotpath"."log_moves"(%s)',
      "relation", compared, (SELECT string_agg(quote_literal(argument), ', ' ORDER BY at) FROM unnest("writer" || keys) WITH ORDINALITY AS given (argument, at)));
    FOREACH place IN ARRAY places LOOP
      EXECUTE format('ALTER TABLE ONLY %s ENABLE ALWAYS TRIGGER "~invalidation_of_moves"', place);
    END LOOP;
    added := greatest(added, 1);
  END IF;
  RETURN added;
END $$;

-- As before, for a table and its partitions.
CREATE OR REPLACE FUNCTION "hotpath"."log_changes"("relation" regclass, "coverage" text, "body" text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  writer CONSTANT text := "hotpath"."writer_of"("relation");
  of_before CONSTANT regprocedure[] := ARRAY(
    SELECT DISTINCT tgfoid FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid = ANY ("hotpath"."tables_of"("relation")) AND tgname LIKE 'invalidation\_%'
      AND pronamespace = '"hotpath"'::regnamespace AND proname <> writer
  );
  is_there CONSTANT boolean := EXISTS (
    SELECT FROM pg_proc
    WHERE pronamespace = '"hotpath"'::regnamespace AND proname = writer
      AND prosrc = "body" AND obj_description(oid, 'pg_proc') = "coverage"
  );
BEGIN
  IF NOT is_there THEN
    EXECUTE format('CREATE OR REPLACE FUNCTION "hotpath".%I() RETURNS trigger
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS %L', writer, "body");
    EXECUTE format('COMMENT ON FUNCTION "hotpath".%I() IS %L', writer, "coverage");
  END IF;
  IF "hotpath"."add_triggers"("relation", writer) = 0 AND is_there THEN
    RETURN false;
  END IF;
  -- The table had another name: what logged it then logs nothing any more.
  PERFORM "hotpath"."drop_unused"(of_before);
  RETURN true;
END $$;

-- Makes the partitions of a table log their changes as the table does: those that have no triggers yet. Also the table itself, if
-- it has taken the place of one of its name that logged its changes. All that was read of the table before is outdated by the
-- commit of this transaction, as by a write. It says how many tables lacked triggers.
--
--   BEGIN;
--   CREATE TABLE readings_2027_01 PARTITION OF readings FOR VALUES FROM ('2027-01-01Z') TO ('2027-02-01Z');
--   SELECT hotpath.log_partitions('readings');
--   COMMIT;
CREATE OR REPLACE FUNCTION "hotpath"."log_partitions"("relation" regclass) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  root CONSTANT regclass := coalesce(pg_partition_root("relation"), "relation");
  writer CONSTANT text := coalesce((
    SELECT proname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid = root AND tgname LIKE 'invalidation\_%' AND pronamespace = '"hotpath"'::regnamespace
    LIMIT 1
  ), "hotpath"."writer_of"(root));
  added integer;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = '"hotpath"'::regnamespace AND proname = writer) THEN
    RAISE EXCEPTION 'The changes of % have never been logged', root
      USING HINT = 'Write the migration of its triggers by "hotpath migration", or run "hotpath install".';
  END IF;
  added := "hotpath"."add_triggers"(root, writer);
  PERFORM "hotpath"."log_partition_change"(writer);
  RETURN added;
END $$;

-- Logs that a table has other partitions, and leaves a trace of it in the catalog. A partition that is dropped takes its own
-- traces with it, so a partition that came and went between two looks at the catalog would not be noticed.
CREATE OR REPLACE FUNCTION "hotpath"."log_partition_change"("writer" text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  logging CONSTANT regprocedure := (
    SELECT oid FROM pg_proc
    WHERE pronamespace = '"hotpath"'::regnamespace AND proname = "writer" AND proname LIKE 'log %' AND prorettype = 'trigger'::regtype
  );
BEGIN
  EXECUTE format('COMMENT ON FUNCTION %s IS %L', logging, obj_description(logging, 'pg_proc'));
  PERFORM "hotpath"."log_all"("writer");
END $$;

-- Makes a table and its partitions log no changes any more, those too that were detached and kept their triggers. It may be gone.
CREATE OR REPLACE FUNCTION "hotpath"."stop_logging"("place" text) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  relation CONSTANT regclass := to_regclass("place");
  logging record;
BEGIN
  FOR logging IN
    SELECT tgname, tgrelid::regclass AS place
    FROM pg_catalog.pg_trigger
    WHERE tgparentid = 0 AND (
      tgrelid = relation AND tgfoid = '"hotpath"."log_moves"'::regproc
      OR tgname LIKE 'invalidation\_%' AND tgfoid IN (
        SELECT pg_proc.oid
        FROM pg_catalog.pg_trigger AS own JOIN pg_catalog.pg_proc ON pg_proc.oid = own.tgfoid
        WHERE own.tgrelid = relation AND own.tgname LIKE 'invalidation\_%' AND pronamespace = '"hotpath"'::regnamespace
      )
    )
  LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', logging.tgname, logging.place);
  END LOOP;
  -- Also those of tables that are gone.
  PERFORM "hotpath"."drop_unused"(ARRAY(
    SELECT oid::regprocedure FROM pg_catalog.pg_proc
    WHERE pronamespace = '"hotpath"'::regnamespace AND proname LIKE 'log %' AND prorettype = 'trigger'::regtype
  ));
END $$;

-- As before, with the partitions of the tables: one that is created, attached, detached or dropped makes it another text. A
-- partition has the columns of its table, which are read from the catalog once.
CREATE OR REPLACE FUNCTION "hotpath"."catalog"("relation_names" text[]) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  named CONSTANT oid[] := ARRAY(SELECT coalesce(to_regclass(name), 0)::oid FROM unnest("relation_names") AS name);
  relations CONSTANT oid[] := named || ARRAY(
    WITH RECURSIVE tree AS (
      SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = ANY (named)
      UNION
      SELECT child.inhrelid FROM tree JOIN pg_catalog.pg_inherits AS child ON child.inhparent = tree.inhrelid
    )
    SELECT inhrelid FROM tree ORDER BY inhrelid
  );
  functions CONSTANT oid[] := ARRAY(
    SELECT DISTINCT tgfoid FROM pg_catalog.pg_trigger WHERE tgrelid IN (SELECT unnest(relations)) ORDER BY tgfoid
  );
  first_of_users CONSTANT oid := 16384;
BEGIN
  RETURN md5(concat_ws(' ',
    relations,
    functions,
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_class WHERE oid IN (SELECT unnest(relations))),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_attribute WHERE attrelid = ANY (named)),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_attrdef WHERE adrelid IN (SELECT unnest(relations))),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_trigger WHERE tgrelid IN (SELECT unnest(relations))),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_policy WHERE polrelid IN (SELECT unnest(relations))),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_inherits
      WHERE inhparent IN (SELECT unnest(relations)) OR inhrelid = ANY (named)),
    (SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM pg_catalog.pg_subscription_rel
      WHERE srrelid IN (SELECT unnest(relations))),
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
$version$;
  INSERT INTO "hotpath"."version" ("version") VALUES (4);
END $hotpath$;

SELECT "hotpath"."adopt_schema"(current_schema());

-- Hotpath epoch: new

DELETE FROM "hotpath"."epoch";

COMMIT;
