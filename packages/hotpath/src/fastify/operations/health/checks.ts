/** The checks that a process must pass before it gets requests. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { Needs } from '../../../access/needs.ts';
import type { Gap } from '../../../freshness/coverage.ts';
import { queueExists } from '../../../jobs/graphile-worker-internals.ts';
import type { DataModel } from '../../../model/data-model.ts';
import type { SessionPool } from '../../../session/session-pool.ts';
import { schemaOf } from '../../../session/settings.ts';
import { type Freshness, hotpathOf } from '../../instance.ts';
import { missingGrant } from './grants-check.ts';
import { missingMigration } from './migrations-check.ts';
import { missingSchema } from './own-schema-check.ts';
import type { ReadinessCheck } from './readiness.ts';
import { missingColumn } from './schema-check.ts';

/** The expectations of the readiness check. */
export interface CheckOptions {
  /** The pool of the service. */
  readonly pool: SessionPool;
  /** The data model, whose tables and columns must exist. */
  readonly model: DataModel;
  /** The privileges that the role of the connection must have. */
  readonly needs: Needs;
  /** The names of the migrations that this version needs; without it, as in a project without Prisma Migrate, none is checked. */
  readonly migrations?: readonly string[] | undefined;
  /** Whether the service has jobs, and therefore a queue. */
  readonly hasJobs: boolean;
}

/** The catalog changes seldom. */
const CATALOG_HOLDS_MS = 10_000;

/** The first check shows whether the database answers at all. */
export function checksOf(app: FastifyInstance, options: CheckOptions): readonly ReadinessCheck[] {
  const { pool, model, needs, migrations, hasJobs } = options;
  const schema = schemaOf(pool.options.connectionString);
  const ofCatalog = { needed: 'always', holdsMs: CATALOG_HOLDS_MS } as const;
  const checks: ReadinessCheck[] = [
    { name: 'session settings', needed: 'always', holdsMs: 0, complaint: () => pool.complaint() },
    ...(migrations === undefined
      ? []
      : [{ name: 'migrations', ...ofCatalog, complaint: () => missingMigration(pool, schema, migrations) }]),
    { name: 'schema hotpath', ...ofCatalog, complaint: () => missingSchema(pool) },
    { name: 'tables', ...ofCatalog, complaint: () => missingColumn(pool, model, schema) },
    { name: 'grants', ...ofCatalog, complaint: () => missingGrant(pool, needs) },
    ...(hasJobs ? [{ name: 'queue', ...ofCatalog, complaint: () => missingQueue(pool) }] : []),
    // Reads continue without writes.
    { name: 'writes', needed: 'once', holdsMs: 0, complaint: () => readOnly(pool) },
  ];
  const freshness = hotpathOf(app);
  return freshness ? [...checks, ...coverageChecks(freshness)] : checks;
}

/** The check needs no statement: the follower checks the triggers whenever the catalog changes. */
function coverageChecks({ gaps }: Freshness): ReadinessCheck[] {
  const reasons = (...remedies: Gap['remedy'][]) => {
    const reasons = gaps()?.flatMap(({ remedy, reason }) => (remedies.includes(remedy) ? reason : [])) ?? [];
    return reasons.length === 0 ? undefined : `${reasons.join(' ')} The cache is bypassed.`;
  };
  return [
    {
      name: 'triggers',
      needed: 'once',
      holdsMs: 0,
      complaint: async () => {
        const missing = reasons('migrations');
        return gaps() ? missing && `${missing} Run the migrations.` : 'The triggers have not been checked yet.';
      },
    },
    // Without the triggers the answers are right, and come from the database alone. No other deployment would change
    // that.
    { name: 'coverage', needed: 'never', holdsMs: 0, complaint: async () => reasons('schema', 'statement') },
  ];
}

async function missingQueue(pool: pg.Pool): Promise<string | undefined> {
  if (await queueExists(pool)) return undefined;
  return 'The database has no queue: run `hotpath jobs install`.';
}

async function readOnly(pool: pg.Pool): Promise<string | undefined> {
  const { rows } = await pool.query(`SELECT current_setting('transaction_read_only') AS "setting"`);
  if (rows[0].setting === 'off') return undefined;
  return 'The database takes no writes: it is set to read only, or its server is a standby.';
}
