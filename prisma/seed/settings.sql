-- The settings of a seed's transaction; they end with it.

SET LOCAL TimeZone = 'UTC';
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL jit = off;
SET LOCAL work_mem = '128MB';
SET LOCAL maintenance_work_mem = '256MB';
SET LOCAL synchronous_commit = off;

-- PostgreSQL notices a killed seed within a second and rolls it back, not only at the end of the statement. Windows does not
-- support this.
DO $$
BEGIN
  SET LOCAL client_connection_check_interval = '1s';
EXCEPTION WHEN invalid_parameter_value THEN
  NULL;
END
$$;
