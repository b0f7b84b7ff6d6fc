#!/bin/sh
# A physical standby. Its first start on an empty volume copies the primary; from then on it follows it. A standby that was away
# for longer than wal_keep_size lasts has to be copied again: remove its volume.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${REPLICATION_PASSWORD:?is the password of the role hotpath_replication, by which the standby follows the primary}"
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  PGPASSWORD=$REPLICATION_PASSWORD pg_basebackup --pgdata="$PGDATA" --host="${PRIMARY_HOST:-postgres}" \
    --port="${PRIMARY_PORT:-5432}" --username=hotpath_replication --checkpoint=fast --wal-method=stream --write-recovery-conf
fi
# Without feedback, vacuuming on the primary cancels reads of the standby.
exec postgres -c hot_standby_feedback=on "$@"
