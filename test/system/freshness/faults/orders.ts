/**
 * Orders of a client that sends each with a key of its own, and again after a failover. Each is placed once, also one that the
 * failover has lost: with its line, its payment and its stock, and counted once by its job.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as rest } from 'node:timers/promises';
import type { Reply } from '../client.ts';
import type { CheckStage } from '../stage.ts';
import { BUYER, SHELF } from '../world.ts';

const MANY = 3;
const PATIENCE_MS = 30_000;
const POLL_MS = 50;

/** The expected reply of the first repetition. */
export type Repetition = 'replayed' | 'done again';

export interface PlacedOrders {
  /** Sends each; all must be placed. */
  place(): Promise<void>;
  /** Sends each; they may fail, or go without an answer. */
  send(): Promise<void>;
  /** Sends each until it is placed, and once more: the same order must be answered. */
  repeat(wanted?: Repetition): Promise<void>;
  /** Waits for the jobs, and compares what all orders of the database have written. */
  expectWhole(): Promise<void>;
}

export function placeOrders({ ground, tally }: CheckStage): PlacedOrders {
  const placed = new Map<string, number | undefined>(Array.from({ length: MANY }, () => [randomUUID(), undefined]));
  const fail = (text: string) => void tally.failures.push(text);

  const order = (key: string): Promise<Reply | undefined> => {
    const { address } = ground.random.pick(ground.instances);
    const headers = { ...ground.headersFor({ user: BUYER }), 'idempotency-key': key };
    const shippingAddress = { name: key, street: 'Lindenweg 7', postalCode: '10115', city: 'Berlin', country: 'DE' };
    const payload = { items: [{ productId: SHELF.product, quantity: 1 }], shippingAddress };
    return ground.ask({ address, path: '/v1/orders', method: 'POST', headers, payload }).catch(() => undefined);
  };

  const orderSurely = async (key: string): Promise<Reply | undefined> => {
    for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await rest(POLL_MS)) {
      const reply = await order(key);
      if (reply?.status === 201) return reply;
      if (reply && reply.status < 500) break;
    }
    fail(`The order ${key} is not placed.`);
    return undefined;
  };

  const repeatOne = async (key: string, before: number | undefined, wanted: Repetition | undefined) => {
    const [first, second] = [await orderSurely(key), await orderSurely(key)];
    if (!first || !second) return;
    const [id, again] = [idIn(first), idIn(second)];
    if (!second.isReplayed || id !== again) fail(`The order ${key} was placed as ${id}, and then as ${again}.`);
    if (wanted === 'replayed' && (!first.isReplayed || id !== before))
      fail(`The order ${key} was ${before}, and is ${id} after the failover.`);
    if (wanted === 'done again' && first.isReplayed) fail(`The order ${key} was lost, and its reply was not.`);
    placed.set(key, id);
  };

  return {
    async place() {
      for (const key of placed.keys()) {
        const reply = await orderSurely(key);
        if (reply) placed.set(key, idIn(reply));
      }
    },
    async send() {
      await Promise.all([...placed.keys()].map(order));
    },
    async repeat(wanted) {
      for (const [key, before] of placed) await repeatOne(key, before, wanted);
    },
    async expectWhole() {
      const { pool } = ground.database;
      const jobs = async () => (await pool.query<{ many: number }>(JOBS)).rows[0]!.many;
      for (const until = performance.now() + PATIENCE_MS; (await jobs()) > 0; await rest(POLL_MS)) {
        if (performance.now() > until) return fail('The jobs of the orders do not end.');
      }
      const { rows } = await pool.query<Record<string, number>>(WRITTEN);
      const numbers = Object.entries(rows[0]!);
      if (new Set(numbers.map(([, value]) => value)).size > 1)
        fail(`The orders are not whole: ${numbers.map(([name, value]) => `${value} ${name}`).join(', ')}.`);
    },
  };
}

const idIn = ({ body }: Reply): number => (JSON.parse(body) as { data: { id: number } }).data.id;

const JOBS = `SELECT count(*)::int AS "many" FROM graphile_worker.jobs WHERE task_identifier LIKE 'orders.%'`;

/** All are the number of orders, each of one piece. */
const WRITTEN = `
SELECT (SELECT count(*) FROM orders)::int AS "orders",
  (SELECT count(DISTINCT shipping_address->>'name') FROM orders)::int AS "keys",
  (SELECT count(*) FROM order_items)::int AS "lines",
  (SELECT count(*) FROM transactions WHERE order_id IS NOT NULL)::int AS "payments",
  (SELECT ${SHELF.stock} - quantity FROM inventories WHERE product_id = ${SHELF.product})::int AS "taken",
  (SELECT coalesce(sum(ordered), 0) FROM stock_days WHERE product_id = ${SHELF.product})::int AS "counted",
  (SELECT count(*) FROM "hotpath"."job_effects" WHERE key LIKE 'order:%:counted')::int AS "effects",
  (SELECT count(*) FROM "hotpath"."job_effects" WHERE key LIKE 'mail:order-%')::int AS "mails"`;
