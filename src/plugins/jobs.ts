/**
 * Jobs in a process: what they work with, and the runner that runs them, where this process is to. A process that only
 * enqueues makes sure that there is a queue.
 */
import { access, constants, mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { LinkSigner } from 'hotpath/http/signed-link';
import type { AnyJob, Log } from 'hotpath/jobs/job';
import { type Runner, startRunner } from 'hotpath/jobs/runner';
import { ensureQueue, nameJobs, upgradeQueue } from 'hotpath/jobs/schema';
import { type Mailer, openMailer } from 'hotpath/mail/mailer';
import { READ_ONLY, sqlstateOf } from 'hotpath/session/error-codes';
import { SessionPool } from 'hotpath/session/session-pool';
import { SessionSettingsError } from 'hotpath/session/settings';
import type { FileStore } from 'hotpath/storage/file-store';
import type pg from 'pg';
import type { PrismaClient } from '#client';
import { type Config, ConfigError } from '../config.ts';
import { housekeeping } from './housekeeping.ts';
import { observeJobs, publishQueue } from './metrics/queue.ts';

/** What jobs work with. */
export interface Means {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  readonly mailer: Mailer;
  readonly files: FileStore;
  readonly links: LinkSigner;
  readonly log: Log;
}

export interface JobsOptions {
  readonly config: Config;
  readonly jobs: readonly AnyJob<Means>[];
  /** Whether this process runs them. */
  readonly runs: boolean;
}

export const jobs = fp<JobsOptions>(
  async (app, options) => {
    publishQueue(app);
    const names = options.jobs.map(({ name }) => name);
    if (!options.runs) {
      onceSettled(app, async () => {
        await ensureQueue(app.pool, options.config.database.url);
        await nameJobs(app.pool, names);
      });
      return;
    }
    const { files, mail } = options.config;
    await mustBeWritable('FILES_DIRECTORY', files.directory);
    if (mail.directory) await mustBeWritable('MAIL_DIRECTORY', mail.directory);
    const mailer = mailerOf(options.config);
    let runner: Runner | undefined;
    const pool = queuePool(options.config);
    const lost = (error: Error) => app.log.warn({ err: error }, 'A connection of the queue was lost.');
    pool.on('error', lost);
    pool.on('connect', (client) => client.on('error', lost));
    onceSettled(app, async () => {
      await upgradeQueue(options.config.database.url);
      await nameJobs(pool, names);
      runner = start(app, pool, { ...options, mailer });
    });
    app.addHook('preClose', async () => {
      await runner?.stop();
      mailer.close();
      await pool.end();
    });
  },
  { name: 'jobs', dependencies: ['database', 'files', 'metrics'] },
);

const AGAIN_MS = 1000;

/**
 * Runs `prepare` before the process listens. If it cannot because of the settings of the database's sessions, or because
 * the database takes no writes, `/readyz` says so; the process listens, and tries again until it can.
 */
function onceSettled(app: FastifyInstance, prepare: () => Promise<void>): void {
  const closing = new AbortController();
  let preparing: Promise<void> | undefined;
  const prepareLater = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await pause(AGAIN_MS, undefined, { signal: closing.signal }).catch(() => {});
      if (closing.signal.aborted) return;
      const error = await prepare().catch((failure: unknown) => failure);
      if (!error) return;
      app.log.error({ err: error }, 'The queue of jobs could not be prepared.');
    }
  };
  app.addHook('onReady', async () => {
    try {
      await prepare();
    } catch (error) {
      if (!(error instanceof SessionSettingsError) && sqlstateOf(error) !== READ_ONLY) throw error;
      preparing = prepareLater();
    }
  });
  app.addHook('preClose', async () => {
    closing.abort();
    await preparing;
  });
}

function start(
  app: FastifyInstance,
  pool: pg.Pool,
  { config, jobs, mailer }: JobsOptions & { mailer: Mailer },
): Runner {
  const { prisma, files, links, log } = app;
  return startRunner<Means>({
    url: config.database.url,
    pool,
    jobs: [...jobs, housekeeping],
    means: { prisma, pool: app.pool, mailer, files, links, log },
    concurrency: config.jobs.concurrency,
    graceMs: config.http.shutdownTimeoutMs / 2,
    log,
    onRun: observeJobs(app),
  });
}

/** A pool of the queue's own, so that jobs that wait for a connection do not keep others from being taken or put away. */
const queuePool = ({ database, jobs: { concurrency } }: Config): pg.Pool =>
  new SessionPool({
    connectionString: database.url,
    application_name: 'hotpath queue',
    max: Math.max(2, concurrency),
    idleTimeoutMillis: database.idleTimeoutMs,
    statement_timeout: database.statementTimeoutMs,
  });

/** @throws {ConfigError} if this process may not write there. */
async function mustBeWritable(variable: string, directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${variable} is "${directory}", but this process cannot write there (${code}).`);
  }
}

/** @throws {ConfigError} if mails have nowhere to go. */
function mailerOf({ mail, jobs: { concurrency } }: Config): Mailer {
  if (!mail.smtpUrl && !mail.directory) {
    throw new ConfigError('Neither SMTP_URL nor MAIL_DIRECTORY is set, but jobs send mail.');
  }
  return openMailer({ ...mail, connections: concurrency });
}
