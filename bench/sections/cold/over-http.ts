/** Dashboards over HTTP: the service itself, and minimal servers that ask Prisma. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { signToken } from '../../../src/cli/token.ts';
import { PROJECT } from '../../../src/dev/home.ts';
import { startChild, startProgram } from '../../support/child.ts';
import { cpuOf } from '../../support/cpu.ts';
import type { Loaded } from '../../support/load.ts';
import type { Racer, Turn } from '../../support/race.ts';
import type { Ground } from './ground.ts';

/** Clients of a server at once. */
export const CLIENTS = 20;

const OTHERS = ['naive', 'prismaQuery', 'prismaJoin'];
const RETRY_MS = 50;

interface Server {
  readonly name: string;
  readonly address: string;
  readonly pid: number;
}

/** Starts the servers. @param answers what each is held to. @throws if one answers otherwise. */
export async function startOverHttp(ground: Ground, answers: ReadonlyMap<number, string>): Promise<Racer[]> {
  const { stack, environment, users } = ground;
  const servers = [
    ...(await Promise.all(OTHERS.map((name) => startMinimal(ground, name)))),
    await startHotpath(ground),
  ];
  const token = signToken({ user: '1', role: 'admin' }, environment['JWT_SECRET']!);
  const headers = { authorization: `Bearer ${token}` };
  for (const server of servers) await mustAnswer(server, headers, answers);
  const load = startChild(stack, { file: join(import.meta.dirname, '../../support/load.ts') });
  const paths = users.map(dashboardOf);
  const send = (address: string, seconds: number) =>
    load.ask<Loaded>('load', { url: address, connections: CLIENTS, seconds, headers, paths });
  return servers.map((server) => ({ name: server.name, run: (seconds) => serve(server, seconds, send) }));
}

type Send = (address: string, seconds: number) => Promise<Loaded>;

/** A server too slow to answer once in its turn gets longer ones. */
async function serve(server: Server, seconds: number, send: Send): Promise<Turn> {
  const before = cpuOf(server.pid);
  const turn = await send(server.address, seconds);
  const after = cpuOf(server.pid);
  if (turn.operations === 0) return serve(server, seconds * 2, send);
  return { ...turn, nodeCpu: before === undefined || after === undefined ? undefined : after - before };
}

const dashboardOf = (user: number): string => `/v1/users/${user}/dashboard`;

async function startMinimal({ stack, environment }: Ground, name: string): Promise<Server> {
  const child = startChild(stack, { file: join(import.meta.dirname, 'http-child.ts'), args: [name], environment });
  return { name, address: await child.ask<string>('address'), pid: child.pid };
}

/** `npm start`, as in production. */
async function startHotpath({ stack, environment }: Ground): Promise<Server> {
  const port = await freePort();
  const child = startProgram(stack, [process.execPath, 'src/main.ts'], {
    cwd: PROJECT,
    env: { ...environment, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const address = `http://127.0.0.1:${port}`;
  while (!(await isReady(address))) {
    if (child.exitCode !== null) throw new Error(`The service ended with ${child.exitCode} before it was ready.`);
    await pause(RETRY_MS);
  }
  return { name: 'hotpath', address, pid: child.pid! };
}

const isReady = (address: string): Promise<boolean> =>
  fetch(`${address}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function mustAnswer(
  { name, address }: Server,
  headers: Record<string, string>,
  answers: ReadonlyMap<number, string>,
) {
  for (const [user, expected] of answers) {
    const response = await fetch(address + dashboardOf(user), { headers });
    const body = (await response.json()) as { data?: unknown };
    if (isDeepStrictEqual(body.data, JSON.parse(expected))) continue;
    throw new Error(`${name} serves other dashboards: ${response.status} ${JSON.stringify(body).slice(0, 200)}`);
  }
}
