/** Dashboards over HTTP: the service itself, and minimal servers that ask Prisma or Drizzle. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { startChild, startLoad } from '../../support/child.ts';
import { cpuOf } from '../../support/cpu.ts';
import { headersFor } from '../../support/environment.ts';
import type { Loaded } from '../../support/load.ts';
import type { Racer, Turn } from '../../support/race.ts';
import { type Server, startService } from '../../support/service.ts';
import type { ColdGround } from './ground.ts';

/** Clients of a server at once. */
export const COLD_CLIENTS = 20;

const OTHERS = ['prismaQuery', 'prismaJoin', 'drizzle'];

/** Starts the servers. @param answers the answers that each must give. @throws if one answers otherwise. */
export async function startOverHttp(ground: ColdGround, answers: ReadonlyMap<number, string>): Promise<Racer[]> {
  const { stack, environment, users } = ground;
  const servers = [
    ...(await Promise.all(OTHERS.map((name) => startMinimal(ground, name)))),
    await startService(stack, { name: 'hotpath', environment }),
  ];
  const headers = headersFor(environment);
  for (const server of servers) await mustAnswer(server, headers, answers);
  const load = startLoad(stack);
  const paths = users.map(dashboardOf);
  const send = (address: string, seconds: number) =>
    load.ask<Loaded>('load', { url: address, connections: COLD_CLIENTS, seconds, headers, paths });
  return servers.map((server) => ({ name: server.name, run: (seconds) => serve(server, seconds, send) }));
}

type Send = (address: string, seconds: number) => Promise<Loaded>;

async function serve(server: Server, seconds: number, send: Send): Promise<Turn> {
  const before = cpuOf(server.pid);
  const turn = await send(server.address, seconds);
  const after = cpuOf(server.pid);
  return { ...turn, nodeCpu: before === undefined || after === undefined ? undefined : after - before };
}

const dashboardOf = (user: number): string => `/v1/users/${user}/dashboard`;

async function startMinimal({ stack, environment }: ColdGround, name: string): Promise<Server> {
  const child = startChild(stack, { file: join(import.meta.dirname, 'http-child.ts'), args: [name], environment });
  return { name, address: await child.ask<string>('address'), pid: child.pid };
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
