/** Traces from end to end: what a collector gets of a request, as a whole tree. */
import { describe, expect, it, vi } from 'vitest';
import { as } from '../support/app.ts';
import { ask, useInstances } from '../support/instances.ts';
import { useRedisServer } from '../support/redis.ts';
import { useTraces } from '../support/traces.ts';

const traces = useTraces();
const server = useRedisServer();
/** Bounds that a busy machine keeps, too. */
const bounds = { REDIS_TIMEOUT_MS: '5000', FRESHNESS_BOUND_MS: '10000' };
const service = useInstances({
  count: 2,
  environment: () => ({ REDIS_URL: server().url, BUDGET_MODE: 'count', ...bounds }),
});

const app = (index = 0) => service().apps[index]!;
const settled = () => Promise.all(service().apps.map((each) => each.cache.settled()));

/** Asks, and waits until all that the request leaves behind is done. @returns its trace. */
async function traceOf(url: string, headers: Record<string, string> = {}, index = 0): Promise<string> {
  const reply = await ask(app(index), url, headers);
  await settled();
  return String(reply.headers['x-trace-id']);
}

const serverSpan = async (traceId: string) =>
  vi.waitUntil(async () => (await traces().of(traceId)).find(({ kind }) => kind === 2));

/** Its server span ends with its connection, a moment after the reply. */
async function tree(traceId: string): Promise<string[]> {
  await serverSpan(traceId);
  return (await traces().tree(traceId)).split('\n');
}

const DASHBOARD = 'SELECT users categories merchants transactions category_totals';

describe('a dashboard', () => {
  it('cold is a look-up, a statement, and what is kept after the reply', async () => {
    const id = await traceOf('/v1/users/3/dashboard', as(3));
    expect(await tree(id)).toEqual([
      'GET /v1/users/:id/dashboard',
      '  cache.get none miss',
      '    GET',
      `  ${DASHBOARD}`,
      '  cache.set',
      '    SET',
    ]);
  });

  it('from memory is a look-up', async () => {
    const id = await traceOf('/v1/users/3/dashboard', as(3));
    expect(await tree(id)).toEqual(['GET /v1/users/:id/dashboard', '  cache.get l1 hit']);
  });

  it('from Redis is a look-up there', async () => {
    const id = await traceOf('/v1/users/3/dashboard', as(3), 1);
    expect(await tree(id)).toEqual(['GET /v1/users/:id/dashboard', '  cache.get l2 hit', '    GET']);
  });
});
