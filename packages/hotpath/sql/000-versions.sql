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
