/** The contenders, which answer with the same bytes: a bare Fastify, and the service from its memory, from Redis, or with a 304. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { signToken } from '../../../src/cli/token.ts';
import type { Bench } from '../../support/bench.ts';
import { startChild, startLoad } from '../../support/child.ts';
import { cpuOf } from '../../support/cpu.ts';
import { openBenchDatabase } from '../../support/database.ts';
import { PATIENT } from '../../support/environment.ts';
import { fetchReply } from '../../support/fetch-reply.ts';
import type { Loaded } from '../../support/load.ts';
import type { Racer } from '../../support/race.ts';
import { startRedis } from '../../support/redis.ts';
import { type Server, startService } from '../../support/service.ts';

/** Clients of a server at once. */
export const HOT_CLIENTS = 20;
/** The number of users whose dashboards the clients read, in turn. */
const USERS = 50;

export interface Contenders {
  readonly racers: readonly Racer[];
  readonly postgres: string;
  readonly postmaster: number | undefined;
  /** Of a dashboard, on average. */
  readonly bytes: number;
}

type Headers = Readonly<Record<string, string>>;

interface Contender extends Server {
  readonly headers: Headers;
}

/** Starts them all. @throws if they do not answer with the same bytes. */
export async function startContenders(bench: Bench): Promise<Contenders> {
  const { stack } = bench;
  const { url, version, postmaster } = await openBenchDatabase(bench, bench.size);
  const secret = randomBytes(32).toString('base64url');
  const environment = {
    ...{ NODE_ENV: 'production', LOG_LEVEL: 'warn', DATABASE_URL: url, JWT_SECRET: secret },
    ...{ ...PATIENT, RATE_LIMIT_PUBLIC: '0', RATE_LIMIT_VIEWER: '0' },
  };
  const shared = { ...environment, REDIS_URL: await startRedis(stack), CACHE_MEMORY_BYTES: '1' };
  const [l1, l2] = await Promise.all([
    startService(stack, { name: 'l1', environment }),
    startService(stack, { name: 'l2', environment: shared }),
  ]);
  const headers = { authorization: `Bearer ${signToken({ user: '1', role: 'admin' }, secret)}` };
  const paths = Array.from({ length: USERS }, (_, index) => `/v1/users/${index + 1}/dashboard`);
  const answers = await Promise.all(paths.map((path) => fetchText(l1.address + path, headers)));
  const bare = await startBare(stack, Object.fromEntries(answers.map(({ body }, index) => [index + 1, body])));
  const held = { ...headers, 'if-none-match': '*' };
  const contenders: Contender[] = [
    { ...bare, headers },
    { ...l1, headers },
    { ...l2, headers },
    { ...l1, name: 'notModified', headers: held },
  ];
  for (const { name, address, headers } of contenders) {
    for (const [index, { body }] of answers.entries()) {
      const got = await fetchText(address + paths[index], headers);
      if (got.body !== body && name !== 'notModified') throw new Error(`${name} serves other bytes.`);
    }
  }
  const load = startLoad(stack);
  const racers = contenders.map(({ name, address, pid, headers }) => ({
    name,
    async run(seconds: number) {
      const before = cpuOf(pid);
      const about = { url: address, connections: HOT_CLIENTS, seconds, headers, paths, statuses: [200, 304] };
      const turn = await load.ask<Loaded>('load', about);
      const after = cpuOf(pid);
      return { ...turn, nodeCpu: before === undefined || after === undefined ? undefined : after - before };
    },
  }));
  const bytes = answers.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0) / answers.length;
  return { racers, postgres: version, postmaster, bytes };
}

async function startBare(stack: AsyncDisposableStack, answers: Readonly<Record<string, string>>): Promise<Server> {
  const child = startChild(stack, { file: join(import.meta.dirname, 'bare-child.ts') });
  return { name: 'bare', address: await child.ask<string>('serve', { answers }), pid: child.pid };
}

async function fetchText(url: string, headers: Headers) {
  const reply = await fetchReply(url, { ...headers, 'accept-encoding': 'identity' });
  return { body: await reply.text(), etag: reply.headers.get('etag')! };
}
