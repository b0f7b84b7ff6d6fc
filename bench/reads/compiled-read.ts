/**
 * The cost of a compiled read for PostgreSQL and for Node.js, without HTTP, in both forms of its statement: rows in the binary
 * format, from which Node.js writes the JSON, and JSON that PostgreSQL writes.
 *
 *     node bench/reads/compiled-read.ts [--seconds 1] [--rounds 8] [list dashboard …]
 *
 * A shape and a form take turns of a second each. The table has the smallest value of the rounds, because other work on the
 * machine only adds to it. CPU time is that of the connections' server processes, from /proc, and of this process. The plans
 * are counted: generic ones, and those for the values of one execution.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createCompiler, type Statement } from 'hotpath/compile/compile';
import { executeOn } from 'hotpath/compile/execute';
import type { ReadRequest } from 'hotpath/compile/plan/read';
import { processIdOf } from 'hotpath/session/pg-internals';
import { SessionPool } from 'hotpath/session/session-pool';
import { datamodel } from '#datamodel';
import { cpuOf } from '../support/cpu.ts';
import { openBenchDatabase } from '../support/database.ts';
import { withStack } from '../support/stack.ts';
import { drawUsers } from '../support/users.ts';

const CONNECTIONS = 4;
const FORMS = ['rows', 'json'] as const;

const LATEST = [{ createdAt: 'desc' }, { id: 'desc' }];
const merchant = { select: { name: true, category: { select: { name: true } } } };
const transaction = { id: true, amount: true, currency: true, status: true, createdAt: true, merchant };
const totals = {
  select: { category: true, total: true, count: true },
  orderBy: [{ total: 'desc' }, { categoryId: 'asc' }],
  take: 100,
};

const list = (take: number, id: number): ReadRequest => ({
  model: 'Transaction',
  action: 'findMany',
  args: { select: transaction, where: { userId: id }, orderBy: LATEST, take },
  next: ['createdAt', 'id'],
});

/** A read for a user, or for a product of as high a number. */
const SHAPES: Readonly<Record<string, (id: number) => ReadRequest>> = {
  list: (id) => list(50, id),
  'list of 1000': () => ({
    model: 'Transaction',
    action: 'findMany',
    args: { select: transaction, orderBy: { id: 'asc' }, take: 1000 },
    next: ['id'],
  }),
  dashboard: (id) => ({
    model: 'User',
    action: 'findFirst',
    version: 'version',
    args: {
      where: { id },
      orderBy: { id: 'asc' },
      select: {
        ...{ id: true, name: true, email: true, avatarUrl: true, totals },
        transactions: { select: transaction, orderBy: LATEST, take: 50 },
      },
    },
  }),
  'one row': (id) => ({
    model: 'Merchant',
    action: 'findFirst',
    args: {
      where: { id: (id % 400) + 1 },
      orderBy: { id: 'asc' },
      select: { id: true, name: true, logoUrl: true, category: { select: { id: true, name: true } } },
    },
  }),
  'product with 100 reviews': (id) => ({
    model: 'Product',
    action: 'findFirst',
    args: {
      where: { id: (id % 50) + 1 },
      orderBy: { id: 'asc' },
      select: {
        ...{ id: true, name: true, price: true },
        reviews: {
          select: { id: true, rating: true, title: true, createdAt: true, user: { select: { id: true, name: true } } },
          orderBy: { id: 'asc' },
          take: 100,
        },
      },
    },
  }),
};

interface Cost {
  readonly postgresUs: number;
  readonly nodeUs: number;
  readonly rate: number;
  readonly bytes: number;
}

interface Contender {
  readonly name: string;
  readonly run: (turn: number) => Promise<string | null>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '1' }, rounds: { type: 'string', default: '8' } },
});

await withStack(async (stack) => {
  const { url } = await openBenchDatabase({ stack, log: console.error }, 'small');
  const users = await drawUsers(url);
  const names = positionals.length > 0 ? positionals : Object.keys(SHAPES);
  for (const name of names) await measureShape(url, { name, users });
});

async function measureShape(url: string, { name, users }: { name: string; users: readonly number[] }): Promise<void> {
  const compiler = createCompiler({ dataModel: datamodel });
  for (const form of FORMS) {
    const pool = new SessionPool({ connectionString: url, max: CONNECTIONS });
    const execute = executeOn(pool);
    const statement = (turn: number): Statement =>
      compiler.compile(SHAPES[name]!(users[turn % users.length]!), { form });
    const contender = { name: `${name}, ${form}`, run: async (turn: number) => (await execute(statement(turn))).json };
    const processes = await warmUp(pool, contender);
    const costs: Cost[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1)
      costs.push(await measure(contender, processes, Number(values.seconds)));
    console.log(lineOf(contender.name, costs), await plansOf(pool));
    await pool.end();
  }
}

/** @returns the server's processes. */
async function warmUp(pool: SessionPool, { run }: Contender): Promise<number[]> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()));
  for (const client of clients) client.release();
  const end = performance.now() + 1500;
  const turn = async (first: number) => {
    for (let at = first; performance.now() < end; at += CONNECTIONS) await run(at);
  };
  await Promise.all(clients.map((_, first) => turn(first)));
  await delay(50);
  return clients.map((client) => processIdOf(client)!);
}

async function measure({ run }: Contender, processes: readonly number[], seconds: number): Promise<Cost> {
  const used = () => processes.reduce((sum, each) => sum + (cpuOf(each) ?? Number.NaN), 0);
  const [postgres, node, end] = [used(), process.cpuUsage(), performance.now() + seconds * 1000];
  let [reads, bytes] = [0, 0];
  const connection = async (first: number) => {
    for (let at = first; performance.now() < end; at += CONNECTIONS) {
      const json = await run(at);
      bytes += json?.length ?? 0;
      reads += 1;
    }
  };
  await Promise.all(processes.map((_, first) => connection(first)));
  const { user, system } = process.cpuUsage(node);
  const perRead = (total: number) => Math.round(total / reads);
  return {
    postgresUs: perRead(used() - postgres),
    nodeUs: perRead(user + system),
    rate: Math.round(reads / seconds),
    bytes: perRead(bytes),
  };
}

function lineOf(name: string, costs: readonly Cost[]): string {
  const least = (of: (cost: Cost) => number) => Math.min(...costs.map(of));
  const most = Math.max(...costs.map(({ rate }) => rate));
  const figures = [
    `PostgreSQL ${least(({ postgresUs }) => postgresUs)} us`,
    `Node.js ${least(({ nodeUs }) => nodeUs)} us`,
    `${most}/s`,
    `${least(({ bytes }) => bytes)} bytes`,
  ];
  return `${name.padEnd(32)} ${figures.join('  ')}`;
}

async function plansOf(pool: SessionPool): Promise<string> {
  const { rows } = await pool.query(
    'SELECT sum(generic_plans)::int AS generic, sum(custom_plans)::int AS custom FROM pg_prepared_statements',
  );
  return `plans: ${rows[0].generic} generic, ${rows[0].custom} custom`;
}
