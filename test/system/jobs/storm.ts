/**
 * A storm: orders come in while workers are killed with SIGKILL at random, and others replace them. It returns
 * the final state that users can see: each order has one mail, one notification, and is counted once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { App } from '../../../src/app.ts';
import { PROJECT } from '../../../src/dev/home.ts';

export interface StormOptions {
  readonly app: App;
  readonly databaseUrl: string;
  /** The user that places the orders. */
  readonly headers: Record<string, string>;
  /** Of the workers. */
  readonly environment: Record<string, string>;
  readonly orders: number;
  readonly kills: number;
  readonly workers: number;
  readonly log?: (line: string) => void;
}

export interface Aftermath {
  /** The orders that were placed. */
  readonly orders: number[];
  /** Of each order, by its id, how many notifications say that it is confirmed. */
  readonly notified: ReadonlyMap<number, number>;
  /** Pieces that were counted as ordered; each order is for one. */
  readonly counted: number;
  readonly dead: number;
}

const PATIENCE_MS = 60_000;

export async function storm(options: StormOptions): Promise<Aftermath> {
  const { app, databaseUrl, log = () => {} } = options;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const crew = new Crew(options);
  try {
    await crew.fill();
    const placing = placeOrders(options, await shelf(client, options.orders));
    await killAtRandom(crew, options, client);
    const orders = await placing;
    log(`${orders.length} orders are placed, ${options.kills} workers killed.`);
    await untilDone(client);
    return { orders, ...(await seen(client, orders)) };
  } finally {
    await crew.end();
    await client.end();
    await app.close();
  }
}

/** Workers that are replaced when they are killed. */
class Crew {
  readonly #options: StormOptions;
  readonly #living: ChildProcess[] = [];
  readonly #starting: Promise<void>[] = [];

  constructor(options: StormOptions) {
    this.#options = options;
  }

  /** @returns when all of them run. */
  async fill(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.workers }, () => this.#add()));
  }

  /** Kills the one that has lived longest, and starts another in its place. */
  async kill(): Promise<void> {
    const victim = this.#living.shift()!;
    victim.kill('SIGKILL');
    this.#starting.push(this.#add());
    await once(victim, 'exit');
  }

  async end(): Promise<void> {
    await Promise.all(this.#starting);
    const ended = this.#living.map((worker) => once(worker, 'exit'));
    for (const worker of this.#living) worker.kill('SIGKILL');
    await Promise.all(ended);
  }

  async #add(): Promise<void> {
    const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
    const worker = spawn(process.execPath, ['src/worker.ts'], {
      cwd: PROJECT,
      env: { PATH, HOME, NODE_COMPILE_CACHE, ...this.#options.environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#living.push(worker);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const lines = createInterface({ input: worker.stdout });
    lines.on('line', (line) => line.includes('Running jobs') && resolve());
    worker.once('exit', (code) => reject(new Error(`A worker ended with ${code} before it ran jobs.`)));
    await promise;
  }
}

/** Kills when some jobs run, so that none is killed for nothing. */
async function killAtRandom(crew: Crew, options: StormOptions, client: pg.Client): Promise<void> {
  const { kills, orders, log = () => {} } = options;
  for (let killed = 0; killed < kills; killed += 1) {
    // Spread over the storm: the next kill waits until its share of the orders is confirmed.
    const share = (orders * killed) / (kills + 1);
    await until(async () => (await numberOf(client, CONFIRMED)) >= share && (await numberOf(client, RUNNING)) > 0);
    await pause(Math.random() * 30);
    const running = await numberOf(client, RUNNING);
    await crew.kill();
    log(`Killed a worker while ${running} jobs ran.`);
  }
}

const CONFIRMED = `select count(*)::int as n from hotpath.job_effects where key like 'mail:%'`;
const RUNNING = `select count(*)::int as n from graphile_worker.jobs where locked_at is not null`;
const LEFT = `select count(*)::int as n from graphile_worker.jobs
  where task_identifier like 'orders.%' and (locked_at is not null or attempts < max_attempts)`;

async function numberOf(client: pg.Client, text: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>(text);
  return rows[0]!.n;
}

const untilDone = (client: pg.Client): Promise<void> => until(async () => (await numberOf(client, LEFT)) === 0);

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('The storm does not end.');
    await pause(10);
  }
}

/** Products of the storm's own, so that no order waits for another's stock. */
async function shelf(client: pg.Client, orders: number): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    `with product as (
       insert into products (merchant_id, category_id, name, slug, description, price, image_url)
       select 1, 1, 'Lamp ' || n, gen_random_uuid(), '', 10, '' from generate_series(1, 20) n returning id
     ) insert into inventories (product_id, quantity) select id, $1 from product returning product_id as id`,
    [orders],
  );
  return rows.map(({ id }) => id);
}

const LANES = 4;
const shippingAddress = { name: 'Ada', street: 'Lindenweg 7', postalCode: '10115', city: 'Berlin', country: 'Germany' };

async function placeOrders({ app, headers, orders }: StormOptions, products: readonly number[]): Promise<number[]> {
  const placed: number[] = [];
  let next = 0;
  const lane = async () => {
    while (next < orders) {
      const items = [{ productId: products[next++ % products.length]!, quantity: 1 }];
      const reply = await app.inject({
        method: 'POST',
        url: '/v1/orders',
        headers,
        payload: { items, shippingAddress },
      });
      if (reply.statusCode !== 201) throw new Error(`An order was refused: ${reply.payload}`);
      placed.push(reply.json().data.id);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return placed;
}

async function seen(client: pg.Client, orders: readonly number[]) {
  const { rows } = await client.query<{ id: number; times: number }>(
    `select (data->>'orderId')::int as id, count(*)::int as times from notifications
     where title like '% is confirmed' and (data->>'orderId')::int = any($1) group by 1`,
    [orders],
  );
  return {
    notified: new Map(rows.map(({ id, times }) => [id, times])),
    counted: await numberOf(
      client,
      `select coalesce(sum(ordered), 0)::int as n from stock_days join products on products.id = product_id
       where name like 'Lamp %'`,
    ),
    dead: await numberOf(client, 'select count(*)::int as n from graphile_worker.jobs where attempts >= max_attempts'),
  };
}
