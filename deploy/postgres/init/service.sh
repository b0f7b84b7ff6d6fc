#!/bin/sh
# The first start on an empty volume runs it: it creates the role of the service and its workers, which owns nothing. The
# container of the migrations grants its privileges.
set -eu
: "${SERVICE_PASSWORD:?is the password of the role hotpath_service, by which the service connects}"
psql --set=ON_ERROR_STOP=1 --set=password="$SERVICE_PASSWORD" --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
CREATE ROLE hotpath_service LOGIN PASSWORD :'password';
SQL
