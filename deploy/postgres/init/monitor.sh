#!/bin/sh
# The first start on an empty volume runs it: it counts statements, and creates a role that may read the statistics alone.
set -eu
: "${MONITOR_PASSWORD:?is the password of the role hotpath_monitor, by which Grafana reads statistics}"
psql --set=ON_ERROR_STOP=1 --set=password="$MONITOR_PASSWORD" --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE ROLE hotpath_monitor LOGIN PASSWORD :'password' CONNECTION LIMIT 5 IN ROLE pg_monitor;
ALTER ROLE hotpath_monitor SET statement_timeout = '10s';
ALTER ROLE hotpath_monitor SET default_transaction_read_only = on;
SQL
