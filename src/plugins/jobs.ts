/** The jobs of the service: their dependencies, in the processes that run them. */
import { access, constants, mkdir } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { LinkSigner } from 'hotpath/edge';
import { type AnyJob, jobQueue, type Log } from 'hotpath/jobs';
import type { Tracing } from 'hotpath/telemetry';
import type pg from 'pg';
import type { PrismaClient } from '#client';
import { type Config, ConfigError } from '../config/config.ts';
import { type Mailer, openMailer } from '../mail/mailer.ts';
import type { FileStore } from '../storage/file-store.ts';

/** The dependencies of jobs. */
export interface Dependencies {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  readonly mailer: Mailer;
  readonly files: FileStore;
  readonly links: LinkSigner;
  readonly log: Log;
}

export interface JobsOptions {
  readonly config: Config;
  readonly jobs: readonly AnyJob<Dependencies>[];
  /** Whether this process runs jobs. */
  readonly runs: boolean;
  /** The destination of the spans of jobs. */
  readonly tracing?: Tracing | undefined;
}

export const marketplaceJobs = fp<JobsOptions>(
  async (app, { config, jobs: declared, runs, tracing }) => {
    const queue = { pool: app.pool, url: config.database.url, jobs: declared };
    await app.register(
      jobQueue<Dependencies>(runs ? { ...queue, run: { ...(await runOptions(app, config)), tracing } } : queue),
    );
  },
  { name: 'jobs of the service', dependencies: ['database', 'files', 'hotpath-metrics'] },
);

async function runOptions(app: FastifyInstance, config: Config) {
  const {
    files,
    mail,
    jobs: { concurrency },
    http,
    database,
  } = config;
  await mustBeWritable('FILES_DIRECTORY', files.directory);
  if (mail.directory) await mustBeWritable('MAIL_DIRECTORY', mail.directory);
  const mailer = mailerOf(config);
  // The runner has stopped by then: it stops before any `onClose` hook runs.
  app.addHook('onClose', async () => mailer.close());
  return {
    dependencies: { prisma: app.prisma, pool: app.pool, mailer, files: app.files, links: app.links, log: app.log },
    concurrency,
    graceMs: http.shutdownTimeoutMs / 2,
    statementTimeoutMs: database.statementTimeoutMs,
  };
}

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

/** @throws {ConfigError} if the configuration has no destination for mails. */
function mailerOf({ mail, jobs: { concurrency } }: Config): Mailer {
  if (!mail.smtpUrl && !mail.directory) {
    throw new ConfigError('Neither SMTP_URL nor MAIL_DIRECTORY is set, but jobs send mail.');
  }
  return openMailer({ ...mail, connections: concurrency });
}
