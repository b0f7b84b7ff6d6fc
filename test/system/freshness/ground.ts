/** The servers of the check: Redis, a proxy before PostgreSQL, two instances of the service, and sessions beside them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigner } from 'fast-jwt';
import pg from 'pg';
import { freePort } from '../../support/free-port.ts';
import { type FreezableProxy, openProxy } from '../../support/proxy.ts';
import { redisProgram } from '../../support/redis-program.ts';
import { BOUND_MS, CONNECTION_MS } from './bounds.ts';
import { type Ask, createClient } from './client.ts';
import { CheckDatabase } from './database.ts';
import { WITHOUT } from './guards.ts';
import type { Journal } from './journal.ts';
import { PARTITION_NOTIFICATIONS } from './partitioned.ts';
import { type Running, startProcess } from './processes.ts';
import type { Random } from './random.ts';
import { METRICS_TOKEN, openReplicas, type Replica } from './replicas.ts';
import { COUNTS, copyInto, copyOf, firstOf, type Kind, OTHERS, type Page } from './world.ts';
import type { Writing } from './writing.ts';

export interface Instance extends Running {
  readonly index: number;
  readonly address: string;
  /** Its log lines on changes that it cannot follow. */
  readonly gaps: string[];
  /** The latest errors that it has logged. */
  readonly errors: string[];
  /** It has got the signal to end, or is not back yet. */
  isDown: boolean;
  /** It is paused, or has just been continued. */
  isStopped: boolean;
}

/** The best token known, and how many writes it covers. */
export interface Token {
  readonly text: string;
  readonly place: number;
}

/** The worst that was seen of the event loop of an instance, in milliseconds. */
export interface Pauses {
  /** The delay of a timer, for any reason. */
  delayMs: number;
  /** The longest turn of the instance's own thread. */
  cpuMs: number;
  /** The latest fault that had begun then. */
  fault: string | undefined;
}

export interface Ground {
  readonly stack: AsyncDisposableStack;
  readonly journal: Journal;
  readonly random: Random;
  readonly writing: Writing;
  readonly database: CheckDatabase;
  readonly proxy: FreezableProxy;
  readonly redis: Running & { readonly port: number };
  readonly instances: readonly Instance[];
  /** The standbys that answer reads; none unless the check has them. */
  readonly replicas: readonly Replica[];
  readonly pauses: Pauses;
  readonly ask: Ask;
  readonly headersFor: (page: Pick<Page, 'user'>, role?: 'user' | 'admin') => Record<string, string>;
  /** Starts one more instance, on another database; it is killed with the stack. */
  readonly startOn: (stack: AsyncDisposableStack, databaseUrl: string) => Promise<Instance>;
  /** Starts a process that runs jobs; it is killed with the stack. */
  readonly startWorker: (stack: AsyncDisposableStack) => Promise<Running>;
  /** Whether the check is over. */
  readonly isOver: () => boolean;
  /** The latest fault that has begun. */
  readonly fault: () => string | undefined;
  /** Nothing before an instance has answered a write, for the instances alone know how epochs are named. */
  token: Token | undefined;
  /** The epoch of the latest write that an instance has answered. */
  epoch: string | undefined;
  /** There is a copy of the database, with the catalog that both had then. */
  isCopied: boolean;
  /** The database cannot be reached, and requests may fail. */
  isAway: boolean;
  /** A read whose token is of another epoch may fail: only a primary can answer it. */
  hasNoPrimary: boolean;
  /** The database has moved, and instances may still be connected to the server where it was. */
  isMoving: boolean;
}

export interface GroundOptions extends Pick<Ground, 'stack' | 'journal' | 'random' | 'writing' | 'isOver' | 'fault'> {
  /** A migrated database without rows. */
  readonly databaseUrl: string;
  readonly without: string | undefined;
  /** The number of standbys that answer reads. */
  readonly replicaCount: number;
}

const INSTANCES = 2;
const SECRET = 'the secret of a check that ends with it, and its database, too';

export async function prepareGround({
  databaseUrl,
  without,
  replicaCount,
  ...options
}: GroundOptions): Promise<Ground> {
  const { stack } = options;
  const database = stack.adopt(new CheckDatabase(databaseUrl), (each) => each.close());
  await fill(database.pool, options.journal);
  const proxy = stack.adopt(await openProxy(databaseUrl), (each) => each.close());
  const redis = await startRedis(stack);
  const pauses: Pauses = { delayMs: 0, cpuMs: 0, fault: undefined };
  const replicas = await openReplicas(stack, database, replicaCount);
  const replicaUrls = replicas.map(({ url }) => url).join();
  const start = (onto: AsyncDisposableStack, index: number, url: string) =>
    startInstance(onto, {
      index,
      environment: environmentOf({ url, redisPort: redis.port, replicaUrls }),
      without,
      pauses,
      fault: options.fault,
    });
  const starting = Array.from({ length: INSTANCES }, (_, index) => start(stack, index, proxy.url));
  const client = stack.adopt(createClient(), (each) => each.close());
  return {
    ...options,
    ...{ database, proxy, redis, replicas, pauses, headersFor },
    instances: await Promise.all(starting),
    ask: client.ask,
    startOn: (onto, url) => start(onto, INSTANCES, url),
    startWorker: (onto) => startWorker(onto, environmentOf({ url: proxy.url, redisPort: redis.port, replicaUrls: '' })),
    ...{ token: undefined, epoch: undefined, isCopied: false, isAway: false, hasNoPrimary: false, isMoving: false },
  };
}

async function startRedis(stack: AsyncDisposableStack): Promise<Ground['redis']> {
  const port = await freePort();
  const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', daemonize: 'no', dir: '/tmp' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const running = await startProcess(stack, {
    file: await redisProgram(),
    args,
    ready: /Ready to accept connections/i,
  });
  return Object.assign(running, { port });
}

interface Servers {
  readonly url: string;
  readonly redisPort: number;
  /** Between commas; empty without standbys. */
  readonly replicaUrls: string;
}

const environmentOf = ({ url, redisPort, replicaUrls }: Servers): Record<string, string> => ({
  NODE_ENV: 'production',
  BUDGET_MODE: 'count',
  LOG_LEVEL: 'info',
  DATABASE_URL: url,
  ...(replicaUrls !== '' && { DATABASE_REPLICA_URLS: replicaUrls, METRICS_TOKEN }),
  DATABASE_POOL_MIN: '2',
  DATABASE_POOL_MAX: '8',
  // On a machine with other work the service must not refuse requests for it.
  DATABASE_CONNECTION_TIMEOUT_MS: '20000',
  DATABASE_STATEMENT_TIMEOUT_MS: '20000',
  REDIS_URL: `redis://127.0.0.1:${redisPort}`,
  JWT_SECRET: SECRET,
  RATE_LIMIT_PUBLIC: '0',
  RATE_LIMIT_VIEWER: '0',
  OVERLOAD_EVENT_LOOP_DELAY_MS: '0',
  FRESHNESS_BOUND_MS: String(BOUND_MS),
  FRESHNESS_CONNECTION_MS: String(CONNECTION_MS),
});

interface InstanceOptions {
  readonly index: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly without: string | undefined;
  readonly pauses: Pauses;
  readonly fault: Ground['fault'];
}

async function startInstance(stack: AsyncDisposableStack, options: InstanceOptions): Promise<Instance> {
  const { index, environment, without, pauses, fault } = options;
  const port = await freePort();
  const loaded = [...(without === undefined ? [] : [REMOVAL]), PROBE, KEPT];
  const state = {
    index,
    address: `http://127.0.0.1:${port}`,
    gaps: [] as string[],
    errors: [] as string[],
    isDown: false,
    isStopped: false,
  };
  const onLine = (line: string, readyAt: number) => {
    if (line.includes('"err":')) state.errors.push(errorIn(line));
    if (state.errors.length > KEPT_ERRORS) state.errors.shift();
    if (line.includes('Not every change is logged')) state.gaps.push((JSON.parse(line) as { msg: string }).msg);
    const [, told] = /^pulse (\{.*\})$/.exec(line) ?? [];
    if (!told) return;
    const pause = { ...(JSON.parse(told) as Pauses), fault: fault() };
    if (performance.now() - pause.delayMs > readyAt + STARTED_MS) notePause(pauses, pause, state.isStopped);
  };
  const program = {
    file: process.execPath,
    args: [...loaded.flatMap((file) => ['--import', file]), 'src/main.ts'],
    environment: { ...environment, PORT: String(port), ...(without !== undefined && { [WITHOUT]: without }) },
    ready: /Server listening at/,
    onLine,
  };
  return Object.assign(state, await startProcess(stack, program));
}

/** Its mails go into a folder of their own. */
async function startWorker(stack: AsyncDisposableStack, environment: Record<string, string>): Promise<Running> {
  const mails = await mkdtemp(join(tmpdir(), 'hotpath-check-mail-'));
  stack.defer(() => rm(mails, { recursive: true, force: true }));
  return startProcess(stack, {
    file: process.execPath,
    args: ['src/worker.ts'],
    environment: { ...environment, MAIL_DIRECTORY: mails },
    ready: /Running jobs/,
  });
}

/** The number of errors that a report shows beside failures. */
const KEPT_ERRORS = 3;

function errorIn(line: string): string {
  const { reqId = '', err, msg } = JSON.parse(line) as { reqId?: string; err: pg.DatabaseError; msg: string };
  return `${reqId} ${msg} ${err.code ?? ''} ${err.message}`.trim();
}

/** In its first seconds an instance compiles code with the first requests, and is not judged. */
const STARTED_MS = 3000;
const PROBE = './test/system/freshness/pulse.ts';
const KEPT = './test/system/freshness/kept-route.ts';
const REMOVAL = './test/system/freshness/remove-guard.ts';

function notePause(worst: Pauses, { delayMs, cpuMs, fault }: Pauses, isStopped: boolean): void {
  if (cpuMs > worst.cpuMs) Object.assign(worst, { cpuMs, fault });
  if (!isStopped) worst.delayMs = Math.max(worst.delayMs, delayMs);
}

/** The first writes of all, which every read must know of. */
async function fill(pool: pg.Pool, journal: Journal): Promise<void> {
  const client = await pool.connect();
  await client.query(PARTITION_NOTIFICATIONS);
  await client.query(OTHERS);
  for (const kind of Object.keys(COUNTS) as Kind[]) {
    const changes = firstOf(kind);
    const write = journal.begin(changes);
    await copy(client, copyInto(kind), changes.map((change) => copyOf(change, 0)).join(''));
    journal.commit(write);
  }
  client.release();
}

/** Sends rows by COPY. */
export async function copy(client: pg.ClientBase, statement: string, rows: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  interface CopyConnection {
    sendCopyFromChunk(chunk: Buffer): void;
    endCopyFrom(): void;
  }
  const query = Object.assign(new pg.Query(statement), {
    handleCopyInResponse(connection: CopyConnection) {
      connection.sendCopyFromChunk(Buffer.from(rows));
      connection.endCopyFrom();
    },
  });
  query.once('end', () => resolve());
  query.once('error', reject);
  client.query(query);
  await promise;
}

/** A token of the database's snapshot now, which covers everything that had been committed before. */
export async function readToken({ database, journal, epoch }: Ground): Promise<Token | undefined> {
  if (epoch === undefined) return undefined;
  const { place } = journal;
  const { rows } = await database.pool.query<{ snapshot: string }>('SELECT pg_current_snapshot()::text AS "snapshot"');
  return { text: `${rows[0]!.snapshot}@${epoch}`, place };
}

/** Takes the name of the epoch from the token of an instance. */
export function noteEpoch(ground: Ground, token: string | undefined): void {
  const [, epoch] = token?.split('@') ?? [];
  if (epoch) ground.epoch = epoch;
}

const sign = createSigner({ key: SECRET, algorithm: 'HS256', iss: 'hotpath', aud: 'hotpath', expiresIn: 86_400_000 });
const signed = new Map<string, Record<string, string>>();

function headersFor({ user = 1 }: Pick<Page, 'user'>, role: 'user' | 'admin' = 'user'): Record<string, string> {
  const viewer = `${role} ${user}`;
  const headers = signed.get(viewer) ?? { authorization: `Bearer ${sign({ sub: String(user), role })}` };
  signed.set(viewer, headers);
  return headers;
}
