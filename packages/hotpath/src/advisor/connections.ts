/** Advice on pools of connections, from what the sessions of the database did and wait for. */
import { type Advice, adviceFrom, type CatalogClient } from './advice.ts';

/** A pool needs a few connections more than work on average. */
const IDLE_FACTOR = 10;
/** Below these numbers the advice would change nothing. */
const FEWEST_CONNECTIONS = 20;
const LEAST_SECONDS = 60;

/** The connections of the database now, and how many worked on average since the counters began. */
const POOLS = `
  SELECT 'pool' AS kind, d.datname AS subject, NULL AS sql,
         format('%s connections are open and %s worked on average; an idle one takes memory and slows snapshots: make the pools smaller',
                a.open, round(d.busy::numeric, 1)) AS detail
    FROM (SELECT datname, active_time / 1000
                   / extract(epoch FROM now() - coalesce(stats_reset, pg_postmaster_start_time())) AS busy,
                 extract(epoch FROM now() - coalesce(stats_reset, pg_postmaster_start_time())) AS age
            FROM pg_stat_database WHERE datname = current_database()) d
   CROSS JOIN (SELECT count(*) AS open FROM pg_stat_activity
                WHERE datname = current_database() AND backend_type = 'client backend') a
   WHERE d.age > ${LEAST_SECONDS} AND a.open > ${FEWEST_CONNECTIONS} AND a.open > ${IDLE_FACTOR} * greatest(d.busy, 1)`;

/** The part of max_connections from which new connections are at risk. */
const FULL = 0.8;

const SERVER = `
  SELECT 'pool' AS kind, 'max_connections' AS subject, NULL AS sql,
         format('%s of %s connections are open: put PgBouncer before PostgreSQL, or make the pools smaller',
                count(*), current_setting('max_connections')) AS detail
    FROM pg_stat_activity
   WHERE backend_type = 'client backend'
  HAVING count(*) > ${FULL} * current_setting('max_connections')::int`;

/** A transaction that waits for its client keeps a connection of the pool, its locks, and dead rows of all tables. */
const LONGEST_IDLE_S = 5;

const IDLE_IN_TRANSACTION = `
  SELECT 'pool' AS kind, format('session %s', pid) AS subject, NULL AS sql,
         format('idle in a transaction for %s s: it keeps its connection and its locks while the client does something else',
                floor(extract(epoch FROM now() - state_change))) AS detail
    FROM pg_stat_activity
   WHERE datname = current_database() AND state LIKE 'idle in transaction%'
     AND now() - state_change > interval '${LONGEST_IDLE_S} s'
   ORDER BY state_change`;

const BLOCKED = `
  SELECT 'pool' AS kind, format('session %s', pid) AS subject, NULL AS sql,
         format('waits for a lock of session %s since %s s, and its connection with it',
                array_to_string(pg_blocking_pids(pid), ', '), floor(extract(epoch FROM now() - state_change))) AS detail
    FROM pg_stat_activity
   WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'
     AND now() - state_change > interval '1 s'
   ORDER BY state_change`;

/** A role without `pg_read_all_stats` sees the sessions of its own alone. */
export async function connectionAdvice(client: CatalogClient): Promise<Advice[]> {
  const advice: Advice[] = [];
  for (const query of [POOLS, SERVER, IDLE_IN_TRANSACTION, BLOCKED]) advice.push(...(await adviceFrom(client, query)));
  return advice;
}
