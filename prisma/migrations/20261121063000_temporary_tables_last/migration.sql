-- What writes to the log takes nobody's temporary table for it: where the search path does not name temporary tables,
-- PostgreSQL looks there first.

DO $$
DECLARE
  writing regprocedure;
BEGIN
  FOR writing IN
    SELECT proc.oid
    FROM pg_proc AS proc
    JOIN pg_namespace AS place ON place.oid = proc.pronamespace
    WHERE place.nspname = current_schema()
      AND proc.prosecdef
      AND (proc.proname IN ('invalidation_begin', 'invalidation_trim')
        OR proc.oid IN (SELECT tgfoid FROM pg_trigger WHERE tgname LIKE 'invalidation\_%'))
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', writing, current_schema());
  END LOOP;
END $$;

-- Epoch: new

DELETE FROM "invalidation_epoch";
