#!/bin/sh
# Checks the files of a deployment with the programs that read them, and names the programs that are missing on PATH.
# On Debian: apt-get install prometheus shellcheck curl. The checks of test/deploy need no program.
#
# With SERVICE=127.0.0.1:3000 it starts Prometheus with these files, which must find that service up.
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
check shellcheck deploy/check.sh deploy/pgbouncer/start.sh deploy/postgres/init/monitor.sh deploy/postgres/init/service.sh \
  deploy/postgres/init/replication.sh deploy/postgres/standby.sh
if docker compose version >/dev/null 2>&1; then
  check docker compose --file docker-compose.yml config --quiet
  check docker compose config --quiet
fi
if docker buildx version >/dev/null 2>&1; then
  check docker build --check .
  check docker build --check deploy/pgbouncer
fi

# Starts Prometheus with a copy that has the address of the service, and waits for its first scrape.
scrape() {
  folder=$(mktemp -d)
  cp -R deploy/prometheus "$folder/conf"
  echo "- targets: ['$1']" >"$folder/conf/targets/service.yml"
  prometheus --config.file="$folder/conf/prometheus.yml" --storage.tsdb.path="$folder/data" \
    --web.listen-address=127.0.0.1:"${PROMETHEUS_PORT:-9091}" --log.level=warn &
  prometheus=$!
  code=1
  for _ in $(seq 30); do
    sleep 1
    if curl -sG "http://127.0.0.1:${PROMETHEUS_PORT:-9091}/api/v1/query" --data-urlencode 'query=up{job="hotpath"}' | grep -q '"1"\]'; then
      code=0
      break
    fi
  done
  kill "$prometheus"
  wait "$prometheus" || true
  rm -r "$folder"
  return "$code"
}

if [ -n "${SERVICE-}" ]; then
  if scrape "$SERVICE"; then
    echo "ok    prometheus finds $SERVICE up"
  else
    echo "FAIL  prometheus does not find $SERVICE up"
    status=1
  fi
fi
exit $status
