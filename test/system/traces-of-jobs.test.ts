/** A write and the jobs that it leaves behind: one trace, wherever and whenever they run. */
import { expect, it, vi } from 'vitest';
import { shop } from '../domain/orders/support.ts';
import { as, useApp } from '../support/app.ts';
import { folders } from '../support/jobs.ts';
import { useTraces } from '../support/traces.ts';

const traces = useTraces();
const places = await folders();
const app = useApp({ seeded: true, environment: { JOBS: 'inline', ...places }, tracing: () => traces().tracing });
const { order, shelve } = shop(app);

/** The spans of an order in docs/observability.md. */
const SHOWN = [
  ...['BEGIN', 'SELECT products merchants inventories', 'INSERT orders', 'COMMIT'],
  'send orders.confirm, orders.count',
  ...['process orders.confirm', 'SELECT orders users order_items products'],
];

it('an order is traced to the mail that confirms it', async () => {
  const reply = await order(await shelve(1, { stock: 10 }), as(1));
  expect(reply.status).toBe(201);
  const id = String(reply.headers['x-trace-id']);
  const jobs = await vi.waitUntil(
    async () => {
      const consumers = (await traces().of(id)).filter(({ kind }) => kind === 5);
      return consumers.length === 2 && consumers;
    },
    { timeout: 10_000 },
  );
  const spans = await traces().of(id);
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(SHOWN));
  const server = spans.find(({ kind }) => kind === 2)!;
  const [send] = spans.filter(({ kind }) => kind === 4);
  expect(send).toMatchObject({ parentSpanId: server.spanId, status: 0 });
  // Without a link to the same span, for which Jaeger would take it from its place in the tree.
  for (const job of jobs) expect(job).toMatchObject({ parentSpanId: send!.spanId, links: [] });
  const statements = spans.filter(({ attributes, parentSpanId }) => {
    const ofRequest = parentSpanId === server.spanId || parentSpanId === send!.spanId;
    const isFrame = /^(BEGIN|COMMIT)/.test(String(attributes['db.query.text']));
    return ofRequest && attributes['db.system.name'] === 'postgresql' && !isFrame;
  });
  expect(statements).toHaveLength(Number(server.attributes['hotpath.statements']));
});
