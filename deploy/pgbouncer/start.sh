#!/bin/sh
# Starts PgBouncer for one user, whose name and password are in the environment.
set -eu
: "${SERVICE_USER:?is the user that the service connects as}"
: "${SERVICE_PASSWORD:?is the password of that user}"
umask 077
printf '"%s" "%s"\n' "$SERVICE_USER" "$(printf '%s' "$SERVICE_PASSWORD" | sed 's/"/""/g')" >/run/pgbouncer/users.txt
exec pgbouncer /etc/pgbouncer/prepared.ini
