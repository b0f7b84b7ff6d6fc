/**
 * docs/guides/tracing.md: its `instrumentation.ts`, word by word except for the list of instrumentations, started before a
 * server of a stranger's, whose spans and log lines are in one trace.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOME, PROJECT } from '../../src/dev/home.ts';
import { type Collector, openCollector } from '../support/otlp.ts';
import { treeOf } from '../support/traces.ts';

const guide = readFileSync(join(PROJECT, 'docs/guides/tracing.md'), 'utf8');
const instrumentation = /^```ts\n(\/\/ instrumentation\.ts\n[\s\S]*?)^```$/m.exec(guide)![1]!;

const LISTED = `import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
`;

const SERVER = `
import { trace } from '@opentelemetry/api';
import Fastify from 'fastify';
import { budgets } from 'hotpath/budget';
import { telemetry } from 'hotpath/fastify';
import { step } from 'hotpath/telemetry';
import { sdk, tracing } from './instrumentation.ts';

const app = Fastify({ logger: true });
await app.register(budgets, { mode: 'warn' });
await app.register(telemetry, { tracing });
app.get('/called', async () => 'called');
app.get('/', (request) =>
  trace.getTracer('shop').startActiveSpan('outer', async (span) => {
    request.log.info('in outer');
    await step({ name: 'inner' }, async () => (await fetch(app.listeningOrigin + '/called')).text());
    span.end();
    return 'here';
  }),
);
await app.listen({ port: 0, host: '127.0.0.1' });
const reply = await fetch(app.listeningOrigin + '/');
console.log(JSON.stringify({ replied: reply.headers.get('x-trace-id') }));
await reply.text();
await app.close();
await sdk.shutdown();
`;

/** In the project, so that the packages are found that the guide installs. */
mkdirSync(HOME, { recursive: true });
const folder = mkdtempSync(join(HOME, 'guide-tracing-'));
let collector: Collector;

beforeAll(async () => {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const given = 'instrumentations: [new PinoInstrumentation(), new UndiciInstrumentation()]';
  expect(instrumentation).toContain('instrumentations: []');
  const [comment, ...lines] = instrumentation.replace('instrumentations: []', given).split('\n');
  writeFileSync(join(folder, 'instrumentation.ts'), [comment, LISTED, ...lines].join('\n'));
  writeFileSync(join(folder, 'main.ts'), SERVER);
  collector = await openCollector();
});
afterAll(async () => {
  await collector.close();
  rmSync(folder, { recursive: true });
});

it("has the library's spans, the team's and an instrumentation's in one trace, and the trace in the log", async () => {
  const { PATH } = process.env;
  const child = spawn(process.execPath, ['--import', './instrumentation.ts', 'main.ts'], {
    cwd: folder,
    env: { PATH, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  expect((await once(child, 'close'))[0]).toBe(0);
  const id = lines.find(({ replied }) => replied)!['replied'];
  const spans = collector.spans.filter(({ traceId }) => traceId === id);
  expect(treeOf(spans)).toBe(
    ['GET', '  GET /', '    outer', '      inner', '        GET', '          GET /called'].join('\n'),
  );
  expect(new Set(spans.map(({ resource }) => resource['service.name']))).toEqual(new Set(['shop']));
  const outer = spans.find(({ name }) => name === 'outer')!;
  const line = lines.find(({ msg }) => msg === 'in outer');
  expect(line).toMatchObject({ trace_id: id, span_id: outer.spanId, trace_flags: '01' });
}, 60_000);
