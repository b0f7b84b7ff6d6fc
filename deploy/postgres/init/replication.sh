#!/bin/sh
# The first start on an empty volume runs it: it creates the role by which a standby copies this server and follows it. Without
# a password there is no such role.
set -eu
[ -n "${REPLICATION_PASSWORD:-}" ] || exit 0
psql --set=ON_ERROR_STOP=1 --set=password="$REPLICATION_PASSWORD" --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
CREATE ROLE hotpath_replication LOGIN REPLICATION PASSWORD :'password';
SQL
echo 'host replication hotpath_replication all scram-sha-256' >>"$PGDATA/pg_hba.conf"
