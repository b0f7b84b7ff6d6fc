/** The hunt in services that run: a fresh one, one that learns of no change, and one of another make. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { as } from '../../support/app.ts';
import { useInstances } from '../../support/instances.ts';
import { type HuntOptions, hunt } from './hunt/hunt.ts';
import { huntComplaints, huntSummary } from './hunt/hunt-report.ts';

const path = '/v1/products/4?fields=name';
const writes = [`update products set name = 'at ' || clock_timestamp() where id = 4`];
const usual = { paths: [path], headers: {}, writes: [], seconds: 0 };

describe.each([
  { is: 'fresh', environment: {}, boundMs: 2000, stale: 0 },
  { is: 'stale', environment: { FRESHNESS_POLL_MS: '1000000', FRESHNESS_BOUND_MS: '1000000' }, boundMs: 50, stale: 1 },
])('a service that is $is', ({ environment, boundMs, stale }) => {
  const service = useInstances({ count: 1, environment: () => environment });
  let options: HuntOptions;
  beforeAll(async () => {
    const base = await service().apps[0]!.listen({ host: '127.0.0.1', port: 0 });
    options = { ...usual, base, databaseUrl: service().databaseUrl, boundMs };
  });

  it('is seen to be fresh while nothing is written', async () => {
    const outcome = await hunt(options);
    expect(huntSummary(outcome)).toBe('0 stale, 0 backward, 0 failed in 1 comparisons, 0 writes');
    expect(huntComplaints(outcome, false)).toEqual([]);
  });

  it('is seen to be what it is when the database is written to', async () => {
    const outcome = await hunt({ ...options, writes });
    expect(huntSummary(outcome)).toBe(`${stale} stale, 0 backward, 0 failed in 1 comparisons, 1 writes`);
    const said = huntComplaints(outcome, true);
    expect(said).toHaveLength(stale);
    for (const line of said) expect(line).toMatch(/^Stale: GET \/v1\/products\/4.*\n.*200 \S*"at \d{4}-.*\n.*hit; ttl/);
  });

  it('is compared by the pages of its API document, if none are named', async () => {
    const headers = as(1);
    const { paths, compared, hits, failures, differences } = await hunt({
      ...options,
      paths: [],
      headers,
      boundMs: 200,
    });
    expect(paths).toContain('/v1/categories');
    expect(paths.filter((each) => /readings|hours|stock-days/.test(each))).toEqual([]);
    expect([failures, differences, compared, hits > 0]).toEqual([[], [], paths.length, true]);
  });

  it('fails with the name of a statement that fails', async () => {
    await expect(hunt({ ...options, writes: ['nonsense'] })).rejects.toThrow('The statement "nonsense" fails: syntax');
  });
});

it('a service without an API document needs pages by name', async () => {
  await expect(hunt({ ...usual, paths: [], base: 'http://127.0.0.1:1', boundMs: 1 })).rejects.toThrow(
    'name pages by --path',
  );
});

it('a cache that does not let reads past it is refused', async () => {
  const server = createServer((_, reply) => reply.setHeader('cache-status', 'edge; hit; ttl=9').end('{}'));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(hunt({ ...usual, base, boundMs: 1 })).rejects.toThrow('was answered by a cache (edge; hit; ttl=9)');
});

it('a database that cannot be reached is named as the cause', async () => {
  const databaseUrl = 'postgresql://127.0.0.1:1/none';
  await expect(hunt({ ...usual, base: 'http://127.0.0.1:1', boundMs: 1, databaseUrl })).rejects.toThrow(
    'The database cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
  );
});
