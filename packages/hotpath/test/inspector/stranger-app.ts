/**
 * An app of a stranger's shape with three planted faults: an N+1, an ORDER BY without its index, and a route that is worth caching but
 * is not cached. It has `budgets` and the inspector, Drizzle and `pg`, and nothing else of hotpath.
 */
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import Fastify, { type FastifyInstance } from 'fastify';
import { budgets } from 'hotpath/budget';
import { inspector } from 'hotpath/inspector';
import pg from 'pg';

export const STRANGER_TOKEN = 'the token of a stranger';

const invoices = pgTable('invoices', {
  id: integer('id').primaryKey(),
  customerId: integer('customer_id').notNull(),
  issuedAt: timestamp('issued_at').notNull(),
  total: integer('total').notNull(),
});

const lines = pgTable('invoice_lines', {
  id: integer('id').primaryKey(),
  invoiceId: integer('invoice_id').notNull(),
  label: text('label').notNull(),
});

const TABLES = `
CREATE TABLE invoices (id int PRIMARY KEY, customer_id int NOT NULL, issued_at timestamp NOT NULL, total int NOT NULL);
INSERT INTO invoices SELECT n, n % 4, timestamp '2026-01-01' + n * interval '1 minute', n % 997 FROM generate_series(1, 40000) AS n;
CREATE INDEX ON invoices (customer_id);
CREATE TABLE invoice_lines (id int PRIMARY KEY, invoice_id int NOT NULL, label text NOT NULL);
INSERT INTO invoice_lines SELECT n, n % 40000 + 1, 'Line ' || n FROM generate_series(1, 80000) AS n;
CREATE INDEX ON invoice_lines (invoice_id);
ANALYZE`;

/** @param url the URL of an empty database. */
export async function openStrangerApp(url: string): Promise<FastifyInstance> {
  const pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => {});
  await pool.query(TABLES);
  const db = drizzle(pool);
  const app = Fastify({ logger: { level: 'warn', stream: { write() {} } } });
  await app.register(budgets, { pool, mode: 'warn' });
  await app.register(inspector, { token: STRANGER_TOKEN });
  app.addHook('onClose', () => pool.end());

  app.get<{ Params: { id: number } }>('/customers/:id/statement', async ({ params }) => {
    const found = await db.select().from(invoices).where(eq(invoices.customerId, params.id)).limit(8);
    const withLines = [];
    for (const invoice of found) {
      const own = await db.select().from(lines).where(eq(lines.invoiceId, invoice.id));
      withLines.push({ ...invoice, lines: own });
    }
    return withLines;
  });

  app.get<{ Params: { id: number } }>('/customers/:id/invoices', async ({ params }) => {
    const { rows } = await pool.query(
      'SELECT id, total FROM invoices WHERE customer_id = $1 ORDER BY issued_at DESC, id LIMIT 20',
      [params.id],
    );
    return rows;
  });

  app.get('/totals', async () => {
    const totals = sql<number>`sum(${invoices.total})`;
    return db.select({ customer: invoices.customerId, totals }).from(invoices).groupBy(invoices.customerId);
  });
  return app;
}
