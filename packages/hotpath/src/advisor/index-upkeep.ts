/** Indexes that only cost: invalid, covered by another, or unused. Foreign keys that no index serves. */
import { type Advice, adviceFrom, type CatalogClient, isProjectSchema } from './advice.ts';

/** Indexes of the project, each with its key columns and with what must be equal for another index to replace it. */
const INDEXES = `
  SELECT i.*, i.indexrelid::regclass::text AS name, i.indrelid::regclass::text AS "table",
         (i.indkey::int2[])[0:i.indnkeyatts - 1] AS keys, i.indkey::int2[] AS columns,
         coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS filter, am.amname AS method,
         EXISTS (SELECT FROM pg_inherits WHERE inhrelid = i.indexrelid) AS "isPart"
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
    JOIN pg_am am ON am.oid = c.relam
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE ${isProjectSchema('n.nspname')}`;

/** A plain index can be dropped: no constraint, replica identity or partitioned index needs it. */
const IS_PLAIN = 'NOT (a.indisunique OR a.indisexclusion OR a.indisreplident OR a."isPart")';

const INVALID = `
  WITH a AS (${INDEXES})
  SELECT 'invalid index' AS kind, name AS subject,
         'its build failed: each write maintains it, and no read can use it' AS detail,
         format('REINDEX INDEX CONCURRENTLY %s;', name) AS sql
    FROM a WHERE NOT indisvalid
     AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = a.indexrelid)
   ORDER BY name`;

/** Of two equal indexes, the one made later is covered. */
const COVERED = `
  WITH known AS (${INDEXES})
  SELECT DISTINCT ON (a.name) 'covered index' AS kind, a.name AS subject,
         format('%s begins with the same columns (%s)', b.name, pg_size_pretty(pg_relation_size(a.indexrelid))) AS detail,
         format('DROP INDEX CONCURRENTLY %s;', a.name) AS sql
    FROM known a
    JOIN known b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid
   WHERE ${IS_PLAIN} AND a.indisvalid AND b.indisvalid AND a.method = 'btree' AND b.method = 'btree'
     AND 0 <> ALL (a.keys) AND a.filter = b.filter AND a.indnkeyatts <= b.indnkeyatts
     AND a.keys = (b.indkey::int2[])[0:a.indnkeyatts - 1] AND a.columns <@ b.columns
     AND (a.indclass::oid[])[0:a.indnkeyatts - 1] = (b.indclass::oid[])[0:a.indnkeyatts - 1]
     AND (a.indcollation::oid[])[0:a.indnkeyatts - 1] = (b.indcollation::oid[])[0:a.indnkeyatts - 1]
     AND (a.indoption::int2[])[0:a.indnkeyatts - 1] = (b.indoption::int2[])[0:a.indnkeyatts - 1]
     AND (b.indisunique OR a.columns <> b.columns OR a.indexrelid > b.indexrelid)
   ORDER BY a.name, b.name`;

/**
 * An index counts as unused if no plan has used it while plans used other indexes of its table: a database that serves
 * nothing shows nothing. The checks of a foreign key need its index even if no row was deleted yet.
 */
const UNUSED = `
  WITH known AS (${INDEXES})
  SELECT 'unused index' AS kind, a.name AS subject,
         format('no plan used it since %s; plans used other indexes of %s %s times (%s)',
                coalesce(d.stats_reset::timestamptz(0)::text, 'the counters began'), a."table", others.scans,
                pg_size_pretty(pg_relation_size(a.indexrelid))) AS detail,
         format('DROP INDEX CONCURRENTLY %s;', a.name) AS sql
    FROM known a
    JOIN pg_stat_user_indexes s ON s.indexrelid = a.indexrelid AND s.idx_scan = 0
    JOIN pg_stat_database d ON d.datname = current_database()
   CROSS JOIN LATERAL (SELECT sum(o.idx_scan) AS scans FROM pg_stat_user_indexes o WHERE o.relid = s.relid) others
   WHERE ${IS_PLAIN} AND a.indisvalid AND others.scans > 0
     AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = a.indrelid
                        AND f.conkey = a.keys[1:cardinality(f.conkey)])
   ORDER BY pg_relation_size(a.indexrelid) DESC, a.name`;

/** With fewer rows than this, PostgreSQL reads the whole table as fast. */
const FEWEST_ROWS = 1000;

const UNINDEXED = `
  WITH known AS (${INDEXES}),
  keys AS (
    SELECT f.*, c.reltuples, (SELECT string_agg(quote_ident(t.attname), ', ' ORDER BY k.place)
      FROM unnest(f.conkey) WITH ORDINALITY k(number, place)
      JOIN pg_attribute t ON t.attrelid = f.conrelid AND t.attnum = k.number) AS columns
      FROM pg_constraint f
      JOIN pg_class c ON c.oid = f.conrelid AND c.relkind = 'r'
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE f.contype = 'f' AND ${isProjectSchema('n.nspname')})
  SELECT 'unindexed foreign key' AS kind, format('%s (%s)', conrelid::regclass, columns) AS subject,
         format('each delete in %s reads the whole table, about %s rows', confrelid::regclass, reltuples::bigint) AS detail,
         format('CREATE INDEX CONCURRENTLY ON %s (%s);', conrelid::regclass, columns) AS sql
    FROM keys
   WHERE reltuples >= ${FEWEST_ROWS}
     AND NOT EXISTS (SELECT FROM known i WHERE i.indrelid = conrelid AND i.indisvalid AND i.method IN ('btree', 'hash')
                        AND i.filter IN ('', format('(%s IS NOT NULL)', keys.columns))
                        AND i.indnkeyatts >= cardinality(conkey)
                        AND i.keys[1:cardinality(conkey)] @> conkey)
   ORDER BY 2`;

/** A covered index is not reported again as unused. */
export async function indexUpkeep(client: CatalogClient): Promise<Advice[]> {
  const invalid = await adviceFrom(client, INVALID);
  const covered = await adviceFrom(client, COVERED);
  const reported = new Set(covered.map(({ subject }) => subject));
  const unused = (await adviceFrom(client, UNUSED)).filter(({ subject }) => !reported.has(subject));
  return [...invalid, ...covered, ...unused, ...(await adviceFrom(client, UNINDEXED))];
}
