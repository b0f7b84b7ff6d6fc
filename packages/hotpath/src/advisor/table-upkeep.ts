/** Tables that autovacuum does not keep up with, and sequences near their last value. */
import { type Advice, adviceFrom, type CatalogClient, isProjectSchema } from './advice.ts';

/** A setting of autovacuum for a table: its own, else the server's. */
const setting = (name: string): string => `coalesce(
  (SELECT option_value FROM pg_options_to_table(c.reloptions) WHERE option_name = '${name}'),
  current_setting('${name}'))::float`;

/** A table that waits for autovacuum has one threshold of dead rows; one that it does not keep up with has two. */
const VACUUM = `
  SELECT 'vacuum' AS kind, c.oid::regclass::text AS subject,
         format('%s dead rows beside %s live ones; last vacuum: %s', s.n_dead_tup, s.n_live_tup,
                coalesce(greatest(s.last_vacuum, s.last_autovacuum)::timestamptz(0)::text, 'never')) AS detail,
         format('VACUUM (ANALYZE) %s;', c.oid::regclass) AS sql
    FROM pg_stat_user_tables s
    JOIN pg_class c ON c.oid = s.relid
   WHERE ${isProjectSchema('s.schemaname')}
     AND (s.n_dead_tup > 2 * (${setting('autovacuum_vacuum_threshold')}
                              + ${setting('autovacuum_vacuum_scale_factor')} * greatest(c.reltuples, 0))
          OR age(c.relfrozenxid) > current_setting('autovacuum_freeze_max_age')::int)
   ORDER BY s.n_dead_tup DESC`;

/** The part of a sequence's values after which there is advice. */
const MOST_USED = 0.75;

const SEQUENCES = `
  SELECT 'sequence' AS kind, format('%I.%I', schemaname, sequencename) AS subject,
         format('%s of its %s values are used', last_value, max_value) AS detail, NULL AS sql
    FROM pg_sequences
   WHERE ${isProjectSchema('schemaname')} AND increment_by > 0 AND NOT cycle
     AND last_value::numeric > ${MOST_USED} * max_value
   ORDER BY 2`;

export const tableUpkeep = async (client: CatalogClient): Promise<Advice[]> => [
  ...(await adviceFrom(client, VACUUM)),
  ...(await adviceFrom(client, SEQUENCES)),
];
