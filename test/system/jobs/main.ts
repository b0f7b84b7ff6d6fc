/** `npm run check:jobs`: a storm of orders and killed workers, on a database and with a mail server of its own. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { seed } from '../../../prisma/seed/seed.ts';
import { buildApp } from '../../../src/app.ts';
import { signToken } from '../../../src/cli/token.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { HOME } from '../../../src/dev/home.ts';
import { migrate } from '../../../src/dev/migrate.ts';
import { openEmbeddedPostgres } from '../../../src/dev/postgres/embedded-postgres.ts';
import { openMailSink } from '../../support/smtp.ts';
import { storm } from './storm.ts';

const usage = `Usage: npm run check:jobs -- [--orders N] [--kills N] [--workers N]

Places orders (1000) while workers (3) are killed with SIGKILL at random (10 times) and replaced. Each order must be
confirmed by one notification and one mail, and be counted once.

A mail may be sent again only under its own Message-ID: a worker that dies between the server's word and the commit cannot
know better. How often that happened is told, and is no failure: whoever keeps mails by their Message-ID has each once.

Exit codes: 0 all is as it must be, 1 it is not.
`;

const SECRET = 'a secret that only this check knows, long enough';
/** Nothing here outlives the check, so nothing waits for the disk. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
const SMTP_MS = 40;

async function check({ orders, kills, workers }: Record<'orders' | 'kills' | 'workers', number>): Promise<string[]> {
  await using stack = new AsyncDisposableStack();
  const databaseUrl = await openDatabase(stack);
  const sink = stack.adopt(await openMailSink(() => Math.random() * SMTP_MS), ({ close }) => close());
  const environment = {
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    JWT_SECRET: SECRET,
    SMTP_URL: sink.url,
    RATE_LIMIT_VIEWER: '0',
    OVERLOAD_EVENT_LOOP_DELAY_MS: '0',
    LOG_LEVEL: 'info',
  };
  const app = buildApp(loadConfig({ ...environment, LOG_LEVEL: 'warn' }));
  await app.ready();
  const headers = { authorization: `Bearer ${signToken({ user: '5' }, SECRET)}` };
  const startedAt = performance.now();
  const after = await storm({ app, databaseUrl, headers, environment, orders, kills, workers, log });
  const mailed = new Set([...sink.taken.keys()].map((id) => Number(/^<order-(\d+)-/.exec(id)![1])));
  const deliveries = [...sink.taken.values()].reduce((sum, times) => sum + times, 0);
  const notifications = [...after.notified.values()];
  const missing = after.orders.filter((id) => !mailed.has(id) || !after.notified.has(id));
  say(`${after.orders.length} orders, ${kills} of ${workers + kills} workers killed, ${seconds(startedAt)} s`);
  say(`${notifications.length} orders notified, ${notifications.filter((times) => times > 1).length} of them twice`);
  say(`${sink.taken.size} mails by Message-ID, in ${deliveries} deliveries`);
  say(`${after.counted} pieces counted, ${after.dead} jobs dead`);
  return [
    ...(missing.length > 0 ? [`Not confirmed: ${missing.join(', ')}`] : []),
    ...(notifications.some((times) => times !== 1) ? ['An order was notified twice.'] : []),
    ...(sink.taken.size !== orders ? [`There are ${sink.taken.size} mails, not ${orders}.`] : []),
    ...(after.counted !== orders ? [`${after.counted} pieces were counted, not ${orders}.`] : []),
    ...(after.dead > 0 ? ['Jobs are dead.'] : []),
  ];
}

async function openDatabase(stack: AsyncDisposableStack): Promise<string> {
  const server = await openEmbeddedPostgres({ directory: join(HOME, 'check-postgres'), settings: SETTINGS, log });
  stack.defer(server.stop);
  const name = `check_jobs_${process.pid}`;
  const admin = stack.adopt(new pg.Client({ connectionString: server.url() }), (client) => client.end());
  await admin.connect();
  await admin.query(`create database ${name}`);
  stack.defer(async () => void (await admin.query(`drop database ${name} with (force)`)));
  await migrate(server.url(name));
  await seed({ url: server.url(name), size: 'tiny' });
  return server.url(name);
}

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const log = (line: string): void => void process.stderr.write(`${line}\n`);

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { orders: text, kills: text, workers: text, help: { type: 'boolean', short: 'h' } },
});
if (values.help) say(usage);
else {
  const { orders = '1000', kills = '10', workers = '3' } = values;
  const complaints = await check({ orders: Number(orders), kills: Number(kills), workers: Number(workers) });
  for (const complaint of complaints) say(complaint);
  process.exit(complaints.length > 0 ? 1 : 0);
}
