/**
 * The database: one `pg` pool, and the Prisma Client that uses it. The pool opens connections up to its minimum before the
 * service listens, so that no first request pays for them.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { Pool, SessionSettingsError, schemaOf } from 'hotpath';
import { closeIfSilent, type SessionClient, type SessionPool } from 'hotpath/database';
import { callSites } from 'hotpath/prisma';
import type pg from 'pg';
import { PrismaClient } from '#client';
import type { Config } from '../config/config.ts';

declare module 'hotpath/fastify' {
  interface Register {
    prisma: PrismaClient;
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly pool: SessionPool;
    /** The options of the standbys. */
    readonly replicas: readonly SessionPool[];
    readonly prisma: PrismaClient;
  }
}

export const database = fp<{ config: Config['database']; sites: boolean }>(
  async (app, { config, sites }) => {
    const pool = openPool(config);
    // The pool listens only to idle connections, and an error without a listener ends the process.
    pool.on('error', () => {});
    pool.on('connect', (client) => {
      client.on('error', (error) => app.log.warn({ err: error }, 'A database connection was lost.'));
      if (config.statementTimeoutMs > 0) closeIfSilent(client, config.statementTimeoutMs + config.connectionTimeoutMs);
    });
    const prisma = openPrisma(pool, config, sites);
    app.decorate('pool', pool);
    // The plugin `hotpath` takes their options for pools of its own, so these open no connection.
    app.decorate(
      'replicas',
      config.replicaUrls.map((url) => openPool({ ...config, url, poolMin: 0 })),
    );
    app.decorate('prisma', prisma);
    app.addHook('onReady', async () => {
      // Prisma compiles its engine at its first use, in one turn of 100 ms. It sends no statement for that.
      await prisma.$connect();
      try {
        await warm(pool, config.poolMin);
        if (config.poolMin > 0 && config.statementTimeoutMs > 0) await expectTimeout(app);
      } catch (error) {
        // The process listens all the same. `/readyz` reports the fault, and the pool checks each new connection.
        if (!(error instanceof SessionSettingsError)) throw error;
        app.log.error(error.message);
      }
    });
    app.addHook('onClose', async () => {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    });
  },
  { name: 'database' },
);

/** @param sites whether the ledger records the line of code of a statement. */
function openPrisma(pool: pg.Pool, config: Config['database'], sites: boolean): PrismaClient {
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { schema: schemaOf(config.url) }),
    // A transaction waits for its connection as long as a statement does.
    transactionOptions: { maxWait: config.connectionTimeoutMs },
  });
  return sites ? (prisma.$extends(callSites) as unknown as PrismaClient) : prisma;
}

/** After this time without data, TCP checks whether the other side still exists. */
const KEEP_ALIVE_MS = 5000;

function openPool(config: Config['database']): SessionPool {
  const pool = new Pool({
    connectionString: config.url,
    application_name: 'hotpath',
    max: config.poolMax,
    min: config.poolMin,
    idleTimeoutMillis: config.idleTimeoutMs,
    connectionTimeoutMillis: config.connectionTimeoutMs,
    maxUses: config.maxUses,
    statement_timeout: config.statementTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  });
  return config.preparedStatements
    ? pool
    : pool.on('connect', (client) => (client as pg.PoolClient & SessionClient).prepareNothing());
}

/** Opens `connections` connections at once and leaves them idle in the pool. */
async function warm(pool: pg.Pool, connections: number): Promise<void> {
  const results = await Promise.allSettled(Array.from({ length: connections }, () => pool.connect()));
  for (const result of results) if (result.status === 'fulfilled') result.value.release();
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** A pooler drops unknown startup parameters of a connection, such as the statement timeout. */
async function expectTimeout({ pool, log }: FastifyInstance): Promise<void> {
  const { rows } = await pool.query<{ timeout: string }>(`select current_setting('statement_timeout') as timeout`);
  if (rows[0]!.timeout === '0') {
    log.warn('The pooler drops DATABASE_STATEMENT_TIMEOUT_MS: no statement has a limit until the pooler sets one.');
  }
}
