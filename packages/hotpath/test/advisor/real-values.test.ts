/** The values with which statements are planned: those of real rows, and the same one for parameters that must be equal. */
import { StatementPlanner } from 'hotpath/advisor/indexes/planner';
import pg from 'pg';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

let client: pg.Client;

beforeEach(async () => {
  client = new pg.Client({ connectionString: await scratchDatabase('empty') });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(`
    CREATE TABLE orders (id int PRIMARY KEY, buyer int NOT NULL, total int NOT NULL);
    INSERT INTO orders SELECT n, 100 + n % 50, n FROM generate_series(1, 5000) AS n;
    ANALYZE`);
});

async function valuesOf(text: string, given?: readonly unknown[]) {
  const planner = new StatementPlanner(client);
  const values = await planner.realValues(await planner.usesOf(text), given);
  return { values, plan: await planner.planOf({ text, values }) };
}

it('takes the values of rows', async () => {
  const { values } = await valuesOf('SELECT total FROM orders WHERE buyer = $1 AND total BETWEEN $2 AND $3', [4, 0, 0]);
  const [buyer, from, to] = values.map(Number);
  expect(buyer).toBeGreaterThanOrEqual(100);
  expect(to).toBeGreaterThan(from!);
});

it('gives parameters that one column equals the same value: of a path and of a subject', async () => {
  const { values, plan } = await valuesOf('SELECT total FROM orders WHERE buyer = $1 AND buyer = $2', [4, 7]);
  expect(values[0]).toBe(values[1]);
  // A contradiction would cost nothing.
  expect(plan.cost).toBeGreaterThan(50);
});
