/** Tracing belongs to the server that gets it, not to the process. */
import Fastify, { type FastifyInstance } from 'fastify';
import { budgets } from 'hotpath/budget';
import { telemetry } from 'hotpath/fastify';
import type { Span, Tracing } from 'hotpath/telemetry';
import { expect, it, onTestFinished } from 'vitest';

async function serverWith(tracing?: Tracing): Promise<FastifyInstance> {
  const app = Fastify();
  await app.register(budgets, { mode: 'warn' });
  await app.register(telemetry, { tracing });
  app.get('/', async () => 'here');
  onTestFinished(() => app.close());
  return app;
}

it('tracing records the requests of its own server, and of no other server in the process', async () => {
  const recorded: Span[] = [];
  const tracing: Tracing = { sampler: () => true, record: (span) => void recorded.push(span) };
  const [traced, other] = [await serverWith(tracing), await serverWith()];
  const replies = [await traced.inject('/'), await other.inject('/')];
  const [id, otherId] = replies.map(({ headers }) => headers['x-trace-id']);
  await expect.poll(() => recorded.map(({ traceId }) => traceId)).toEqual([id]);
  expect(otherId).toMatch(/^[\da-f]{32}$/);
});
