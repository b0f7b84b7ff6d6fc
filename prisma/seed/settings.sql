-- How a seed's transaction runs; all of it ends with the transaction.

SET LOCAL TimeZone = 'UTC';
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL jit = off;
SET LOCAL work_mem = '128MB';
SET LOCAL maintenance_work_mem = '256MB';
SET LOCAL synchronous_commit = off;

-- A seed that is killed is noticed, and undone, within a second, not at the end of its statement. Windows cannot.
DO $$
BEGIN
  SET LOCAL client_connection_check_interval = '1s';
EXCEPTION WHEN invalid_parameter_value THEN
  NULL;
END
$$;
