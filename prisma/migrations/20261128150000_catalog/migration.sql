-- The catalog is watched as the data are, and an epoch can be ended: src/engine/freshness/catalog.ts.

-- CreateFunction: a text that is another one after every change of the schema behind these tables, views and functions.
-- A row of the catalog that is written has a later xmin than any that was there, so a sum of them tells.
CREATE FUNCTION "invalidation_catalog"("relation_names" text[], "function_names" text[]) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  relations oid[] := ARRAY(SELECT coalesce(to_regclass(name), 0)::oid FROM unnest("relation_names") AS name);
  functions oid[] := ARRAY(SELECT coalesce(to_regprocedure(name), 0)::oid FROM unnest("function_names") AS name);
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

-- CreateFunction: ends an epoch, if it is still the one; whoever finds none begins another.
CREATE FUNCTION "invalidation_end"("epoch" uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
  DELETE FROM "invalidation_epoch" WHERE "id" = "epoch";
$$;

-- The function that may write takes no temporary table for its own.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION invalidation_end(uuid) SET search_path = %I, pg_temp', current_schema());
END $$;
