/** A job in the trace of the request that enqueued it: its spans, its log, and the context of the request's caller. */
import { Writable } from 'node:stream';
import { enqueue, type Transaction, task } from 'hotpath/jobs/enqueue';
import type { Job } from 'hotpath/jobs/job';
import { startRunner } from 'hotpath/jobs/runner';
import { installQueue, nameJobs } from 'hotpath/jobs/schema';
import { currentCarrier, runWith } from 'hotpath/telemetry/context';
import { newSpanId, newTraceId, Span } from 'hotpath/telemetry/span';
import { formatTraceparent } from 'hotpath/telemetry/traceparent';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

let url: string;
let pool: pg.Pool;
beforeAll(async () => {
  url = await scratchDatabase();
  pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  await installQueue(url);
});
afterAll(() => pool.end());

const transaction: Transaction = {
  $executeRawUnsafe: async (text, ...values) => (await pool.query(text, values)).rowCount ?? 0,
  $queryRawUnsafe: async <T>(text: string, ...values: unknown[]) => (await pool.query(text, values)).rows as T,
};

const seen: unknown[] = [];
const job: Job<object, { fails?: boolean }> = {
  name: 'traced',
  attempts: 1,
  timeoutMs: 10_000,
  async run({ fails }, { log }) {
    seen.push(currentCarrier()?.incoming);
    log.info('from the job');
    if (fails) throw new Error('as asked');
  },
};

/** Runs jobs until the end of the test. @returns the lines of the log, and the spans. */
async function watched(): Promise<{ lines: Record<string, unknown>[]; spans: Span[] }> {
  const lines: Record<string, unknown>[] = [];
  const spans: Span[] = [];
  const write = (line: Buffer, _encoding: string, done: () => void) => {
    lines.push(JSON.parse(String(line)));
    done();
  };
  await nameJobs(pool, [job.name]);
  const runner = startRunner<object>({
    url,
    pool,
    jobs: [job],
    dependencies: {},
    concurrency: 1,
    graceMs: 100,
    log: pino({ level: 'debug' }, new Writable({ write })),
    tracing: { sampler: () => false, record: (span) => void spans.push(span) },
  });
  onTestFinished(() => runner.stop());
  return { lines, spans };
}

/** Enqueues a job within a request with these headers. */
async function enqueueIn(headers: Record<string, string>, payload: object, sampled = true): Promise<string> {
  const traceId = newTraceId();
  const span = sampled ? new Span({ traceId, name: 'a request', kind: 'server', record: () => {} }) : undefined;
  const traceparent = formatTraceparent({ traceId, spanId: newSpanId(), sampled });
  await runWith({ traceId, span, incoming: { traceparent, ...headers } }, () =>
    enqueue(transaction, task(job, payload)),
  );
  return traceId;
}

it("gets the context of its request's caller, and its log names the trace and its span", async () => {
  const { lines, spans } = await watched();
  const traceId = await enqueueIn({ tracestate: 'vendor=1', baggage: 'tenant=7' }, {});
  const line = await vi.waitUntil(() => lines.find(({ msg }) => msg === 'A job is done.'), { timeout: 15_000 });
  const [span] = spans;
  expect(span).toMatchObject({ traceId, name: 'process traced' });
  expect(line).toMatchObject({ trace_id: traceId, span_id: span!.spanId });
  const own = lines.find(({ msg }) => msg === 'from the job');
  expect(own).toMatchObject({ trace_id: traceId, span_id: span!.spanId, job: 'traced' });
  expect(seen.pop()).toMatchObject({ tracestate: 'vendor=1', baggage: 'tenant=7' });
});

it('that is not sampled and fails still names its trace, and passes on only what W3C requires', async () => {
  const { lines, spans } = await watched();
  const traceId = await enqueueIn({ baggage: `tenant=${'7'.repeat(8192)}` }, { fails: true }, false);
  const dead = await vi.waitUntil(() => lines.find(({ msg }) => String(msg).includes('is dead')), { timeout: 15_000 });
  expect(dead).toMatchObject({ trace_id: traceId, job: 'traced' });
  expect(spans).toEqual([]);
  expect(Object.keys(seen.pop() as object)).toEqual(['traceparent']);
});
