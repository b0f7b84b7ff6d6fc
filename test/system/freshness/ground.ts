/** What the check runs on: Redis, a proxy before PostgreSQL, two instances of the service, and a pool of sessions beside them. */
import { createSigner } from 'fast-jwt';
import pg from 'pg';
import { type FreezableProxy, openProxy } from '../../support/proxy.ts';
import { redisProgram } from '../../support/redis-program.ts';
import { type Ask, createClient } from './client.ts';
import type { Journal } from './journal.ts';
import { freePort, type Running, startProcess } from './processes.ts';
import type { Random } from './random.ts';
import { COUNTS, copyInto, copyOf, firstOf, type Kind, MERCHANT, type Page } from './world.ts';

export interface Instance extends Running {
  readonly index: number;
  readonly address: string;
  /** Told to end, or not yet back. */
  isDown: boolean;
}

/** The best token known, and how many writes it covers. */
export interface Token {
  readonly text: string;
  readonly place: number;
}

export interface Ground {
  readonly stack: AsyncDisposableStack;
  readonly journal: Journal;
  readonly random: Random;
  readonly pool: pg.Pool;
  readonly proxy: FreezableProxy;
  readonly redis: Running & { readonly port: number };
  readonly instances: readonly Instance[];
  readonly ask: Ask;
  readonly headersFor: (page: Pick<Page, 'user'>, role?: 'user' | 'admin') => Record<string, string>;
  /** Whether the check is over. */
  readonly isOver: () => boolean;
  token: Token;
}

export interface GroundOptions extends Pick<Ground, 'stack' | 'journal' | 'random' | 'isOver'> {
  /** A migrated database without rows. */
  readonly databaseUrl: string;
  readonly isBroken: boolean;
}

const INSTANCES = 2;
const SECRET = 'the secret of a check that ends with it, and its database, too';

export async function prepareGround({ databaseUrl, isBroken, ...options }: GroundOptions): Promise<Ground> {
  const { stack } = options;
  const pool = stack.adopt(new pg.Pool({ connectionString: databaseUrl, max: 20 }), (each) => each.end());
  pool.on('error', () => {});
  await fill(pool, options.journal);
  const proxy = stack.adopt(await openProxy(databaseUrl), (each) => each.close());
  const redis = await startRedis(stack);
  const environment = environmentOf(proxy.url, redis.port);
  const starting = Array.from({ length: INSTANCES }, (_, index) =>
    startInstance(stack, { index, environment, isBroken }),
  );
  const client = stack.adopt(createClient(), (each) => each.close());
  const ground = {
    ...options,
    pool,
    proxy,
    redis,
    instances: await Promise.all(starting),
    ask: client.ask,
    headersFor,
  };
  return { ...ground, token: await readToken(ground) };
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

const environmentOf = (databaseUrl: string, redisPort: number): Record<string, string> => ({
  NODE_ENV: 'production',
  BUDGET_MODE: 'count',
  LOG_LEVEL: 'info',
  DATABASE_URL: databaseUrl,
  DATABASE_POOL_MIN: '2',
  DATABASE_POOL_MAX: '8',
  // On a machine that has other work nobody is turned away for it.
  DATABASE_CONNECTION_TIMEOUT_MS: '20000',
  DATABASE_STATEMENT_TIMEOUT_MS: '20000',
  REDIS_URL: `redis://127.0.0.1:${redisPort}`,
  JWT_SECRET: SECRET,
  RATE_LIMIT_PUBLIC: '0',
  RATE_LIMIT_VIEWER: '0',
  OVERLOAD_EVENT_LOOP_DELAY_MS: '0',
});

interface InstanceOptions {
  readonly index: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly isBroken: boolean;
}

async function startInstance(stack: AsyncDisposableStack, options: InstanceOptions): Promise<Instance> {
  const { index, environment, isBroken } = options;
  const port = await freePort();
  const running = await startProcess(stack, {
    file: process.execPath,
    args: [...(isBroken ? ['--import', './test/system/freshness/break.ts'] : []), 'src/main.ts'],
    environment: { ...environment, PORT: String(port) },
    ready: /Server listening at/,
  });
  return Object.assign(running, { index, address: `http://127.0.0.1:${port}`, isDown: false });
}

/** The first writes of all, which everybody knows of. */
async function fill(pool: pg.Pool, journal: Journal): Promise<void> {
  const client = await pool.connect();
  await client.query(MERCHANT);
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

/** The database's snapshot, as a token that covers all that had been committed before. */
export async function readToken({ pool, journal }: Pick<Ground, 'pool' | 'journal'>): Promise<Token> {
  const { place } = journal;
  const { rows } = await pool.query<{ text: string }>(
    `SELECT concat(pg_current_snapshot(), '@', (SELECT id FROM invalidation_epoch)) AS text`,
  );
  return { text: rows[0]!.text, place };
}

const sign = createSigner({ key: SECRET, algorithm: 'HS256', iss: 'hotpath', aud: 'hotpath', expiresIn: 86_400_000 });
const signed = new Map<string, Record<string, string>>();

function headersFor({ user = 1 }: Pick<Page, 'user'>, role: 'user' | 'admin' = 'user'): Record<string, string> {
  const who = `${role} ${user}`;
  const headers = signed.get(who) ?? { authorization: `Bearer ${sign({ sub: String(user), role })}` };
  signed.set(who, headers);
  return headers;
}
