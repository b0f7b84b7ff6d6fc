#!/bin/sh
# Run once, by the first start on an empty volume: the role that the service and its workers connect as. It owns nothing. The
# migrations' container grants it what it needs.
set -eu
: "${SERVICE_PASSWORD:?is the password of the role hotpath_service, by which the service connects}"
psql --set=ON_ERROR_STOP=1 --set=password="$SERVICE_PASSWORD" --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
CREATE ROLE hotpath_service LOGIN PASSWORD :'password';
SQL
