#!/bin/sh
# Checks the files of a deployment with the programs that read them, as far as they are on PATH; says which are not.
# On Debian: apt-get install prometheus shellcheck. What needs no program is in test/deploy.
set -eu
cd "$(dirname -- "$0")/.."
status=0

check() {
  program=$1
  shift
  if ! command -v "$program" >/dev/null; then
    echo "-     $program is not here: skipped $*"
  elif output=$("$program" "$@" 2>&1); then
    echo "ok    $program $*"
  else
    echo "FAIL  $program $*"
    echo "$output"
    status=1
  fi
}

check promtool check config deploy/prometheus/prometheus.yml
check promtool check rules deploy/prometheus/rules.yml deploy/prometheus/alerts.yml
check promtool test rules deploy/prometheus/alerts.test.yml
check shellcheck deploy/check.sh deploy/pgbouncer/start.sh deploy/postgres/init/monitor.sh
if docker compose version >/dev/null 2>&1; then
  check docker compose --file docker-compose.yml config --quiet
  check docker compose config --quiet
fi
if docker buildx version >/dev/null 2>&1; then
  check docker build --check .
  check docker build --check deploy/pgbouncer
fi
exit $status
