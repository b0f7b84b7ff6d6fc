/** `hotpath jobs`: the queue, for operators. */
import type pg from 'pg';
import { type JobState, listJobs, type QueuedJob, retryDead } from '../jobs/dead-letters.ts';
import { installQueue } from '../jobs/schema.ts';
import { SessionPool } from '../session/session-pool.ts';
import { type Command, CommandError, parseCommand, say } from './command.ts';
import { databaseUrl } from './environment.ts';

const usage = `Usage: $0 jobs list [--state waiting|running|dead] [--limit N]
       $0 jobs retry (ID... | --all)
       $0 jobs install

list     shows jobs, oldest first: a dead job has used up its tries and stays until it is retried.
retry    gives dead jobs all their tries again, at once.
install  brings the queue's tables (schema graphile_worker) up to date, as services and workers do if their role allows it.

The database is that of DATABASE_URL.`;

/** The command `jobs`. */
export const jobsCommand: Command = {
  summary: 'list the jobs in the queue, and retry dead ones',
  usage,
  async run(args) {
    const { positionals, values } = parseCommand(usage, { args, options, allowPositionals: true });
    const [what, ...ids] = positionals;
    if (what === 'list' && ids.length === 0) return withPool((pool) => list(pool, values));
    if (what === 'retry' && ids.length > 0 !== (values.all === true)) {
      return withPool((pool) => retry(pool, values.all ? undefined : ids));
    }
    if (what === 'install' && ids.length === 0) return installQueue(databaseUrl());
    throw new CommandError(usage);
  },
};

interface Listing {
  readonly state?: string | undefined;
  readonly limit?: string | undefined;
}

const STATES: readonly string[] = ['waiting', 'running', 'dead'] satisfies JobState[];

async function list(pool: pg.Pool, { state, limit = '50' }: Listing): Promise<void> {
  if (state !== undefined && !STATES.includes(state)) throw new CommandError(`--state is one of ${STATES.join(', ')}.`);
  if (!/^[1-9]\d{0,5}$/.test(limit)) throw new CommandError('--limit must be a number of jobs.');
  const listed = await listJobs(pool, state as JobState | undefined, Number(limit));
  say(listed.length === 0 ? 'There are no jobs.' : listed.map(lineOf).join('\n'));
}

const lineOf = ({ id, job, state, attempts, maxAttempts, runAt, lastError }: QueuedJob): string =>
  [
    id.padStart(8),
    job.padEnd(16),
    state.padEnd(8),
    `${attempts}/${maxAttempts}`.padStart(6),
    runAt.toISOString(),
    (lastError ?? '').split('\n', 1)[0],
  ]
    .join('  ')
    .trimEnd();

async function retry(pool: pg.Pool, ids: readonly string[] | undefined): Promise<void> {
  if (ids?.some((id) => !/^[1-9]\d{0,17}$/.test(id))) throw new CommandError('Jobs are named by their ids.');
  const retried = await retryDead(pool, ids);
  say(`${retried} dead ${retried === 1 ? 'job runs' : 'jobs run'} again.`);
}

async function withPool(work: (pool: pg.Pool) => Promise<void>): Promise<void> {
  const pool = new SessionPool({ connectionString: databaseUrl() });
  await work(pool).finally(() => pool.end());
}

const text = { type: 'string' } as const;
const options = { state: text, limit: text, all: { type: 'boolean' } } as const;
