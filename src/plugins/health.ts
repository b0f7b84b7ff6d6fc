/**
 * Health: `/healthz` says that the process answers; `/readyz` that it should be sent requests. It should not while it is
 * draining, its memory is being filled, the database is away, or one of the checks below has a complaint.
 */
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { datamodel } from '#datamodel';
import { requestError } from '../engine/http/errors.ts';
import { SessionSettingsError, schemaOf } from '../engine/session/settings.ts';
import { SchemaCheck } from './health/schema-check.ts';

/** What must hold before a process is sent requests. */
interface ReadinessCheck {
  readonly name: string;
  /** One sentence on what is wrong, for the operator; undefined if nothing is. */
  complaint(): Promise<string | undefined>;
}

export const health = fp(
  async (app) => {
    const checks = checksOf(app);
    app.get('/healthz', { config: { budget: 0, unlimited: true } }, async (_request, reply) => {
      return reply.header(...NOT_KEPT).send({ status: 'ok' });
    });
    app.get('/readyz', { config: { budget: checks.length, unlimited: true } }, async (_request, reply) => {
      if (app.isDraining()) throw requestError('shuttingDown', 'This process is shutting down.');
      if (!app.isWarm()) throw requestError('warmingUp', 'This process is filling its memory.');
      for (const check of checks) await mustPass(check);
      return reply.header(...NOT_KEPT).send({ status: 'ready' });
    });
  },
  { name: 'health', dependencies: ['database', 'connections'] },
);

/** Each sends one statement at most. */
function checksOf({ pool }: FastifyInstance): readonly ReadinessCheck[] {
  const tables = new SchemaCheck(pool, datamodel, schemaOf(pool.options.connectionString));
  return [
    { name: 'session settings', complaint: () => pool.complaint() },
    { name: 'tables', complaint: () => tables.complaint() },
  ];
}

/** @throws `notReady` */
async function mustPass({ name, complaint }: ReadinessCheck): Promise<void> {
  const sentence = await complaint().catch((error: unknown) => {
    if (error instanceof SessionSettingsError) return error.message;
    throw error;
  });
  if (sentence) throw requestError('notReady', `Check of ${name}: ${sentence}`);
}

const NOT_KEPT = ['cache-control', 'no-store'] as const;
