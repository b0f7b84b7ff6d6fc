/** The contenders, started: the service and its peers, each a process of its own, held to the same answers. */
import { join } from 'node:path';
import type { Bench } from '../../support/bench.ts';
import { type Child, startChild } from '../../support/child.ts';
import type { BenchDatabase } from '../../support/database.ts';
import { type ChildEnvironment, headersFor, productionEnvironment } from '../../support/environment.ts';
import { fetchReply } from '../../support/fetch-reply.ts';
import { ROUTES } from './hotpath-routes.ts';
import { PEERS } from './peers/index.ts';
import { PEER_CONNECTIONS } from './peers/pool.ts';
import { firstDifference } from './same-answer.ts';
import { drawSubjects, SHAPE_NAMES, SHAPES, type ShapeName } from './shapes.ts';

export interface ReadContender {
  readonly name: string;
  readonly child: Child;
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  path(shape: ShapeName, subject: number): string;
}

export interface ReadContenders {
  readonly contenders: readonly ReadContender[];
  /** By shape: the numbers of its requests, in turn. */
  readonly subjects: Readonly<Record<ShapeName, readonly number[]>>;
  /** By shape: bytes of an answer of the service, on average. */
  readonly bytes: Readonly<Record<ShapeName, number>>;
}

export const HOTPATH = 'hotpath';

/** Starts them all. @throws if one answers otherwise than the service. */
export async function startReadContenders(
  { stack, log }: Pick<Bench, 'stack' | 'log'>,
  { url }: Pick<BenchDatabase, 'url'>,
): Promise<ReadContenders> {
  const environment = {
    ...productionEnvironment(url),
    DATABASE_POOL_MAX: String(PEER_CONNECTIONS),
    DATABASE_POOL_MIN: String(PEER_CONNECTIONS),
    CACHE_ROLLOUT_PERCENT: '0',
  };
  const hotpath = await startHotpath(stack, environment);
  const peers = await Promise.all(Object.keys(PEERS).map((name) => startPeer(stack, name, environment)));
  const subjects = {} as Record<ShapeName, readonly number[]>;
  const bytes = {} as Record<ShapeName, number>;
  for (const shape of SHAPE_NAMES) {
    subjects[shape] = await drawSubjects(url, shape);
    bytes[shape] = await agreedBytes([hotpath, ...peers], shape, subjects[shape]);
  }
  log('All contenders give the same answers.');
  return { contenders: [hotpath, ...peers], subjects, bytes };
}

async function startHotpath(stack: AsyncDisposableStack, environment: ChildEnvironment): Promise<ReadContender> {
  const child = startChild(stack, { file: join(import.meta.dirname, 'hotpath-child.ts'), environment });
  const address = await child.ask<string>('address');
  const path = (shape: ShapeName, subject: number) => ROUTES[shape].path(subject);
  return { name: HOTPATH, child, address, headers: headersFor(environment), path };
}

async function startPeer(
  stack: AsyncDisposableStack,
  name: string,
  environment: ChildEnvironment,
): Promise<ReadContender> {
  const child = startChild(stack, { file: join(import.meta.dirname, 'peer-child.ts'), args: [name], environment });
  const address = await child.ask<string>('address');
  return { name, child, address, headers: {}, path: (shape, subject) => `/${shape}/${subject}` };
}

/** How many answers of each shape are compared. */
const COMPARED = 8;

/** @returns bytes of an answer of the first, on average. @throws if another answers otherwise, with HTTP or without. */
async function agreedBytes(
  [first, ...others]: readonly ReadContender[],
  shape: ShapeName,
  drawn: readonly number[],
): Promise<number> {
  const subjects = [...new Set(drawn)].slice(0, COMPARED);
  const expected = await served(first!, shape, subjects);
  for (const contender of [first!, ...others]) {
    const told = await contender.child.ask<string[]>('tell', { shape, subjects });
    const bodies = await served(contender, shape, subjects);
    for (const [index, subject] of subjects.entries()) {
      const { data } = JSON.parse(expected[index]!) as { data: unknown };
      const difference =
        firstDifference(JSON.parse(told[index]!), data) ??
        firstDifference((JSON.parse(bodies[index]!) as { data: unknown }).data, data);
      if (difference)
        throw new Error(`${contender.name} reads ${SHAPES[shape].title} of ${subject} otherwise: ${difference}.`);
    }
  }
  return expected.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / expected.length;
}

const served = ({ address, headers, path }: ReadContender, shape: ShapeName, subjects: readonly number[]) =>
  Promise.all(subjects.map(async (subject) => (await fetchReply(address + path(shape, subject), headers)).text()));
