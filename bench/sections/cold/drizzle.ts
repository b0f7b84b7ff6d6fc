/** The dashboard as Drizzle's relational queries read it: prepared, and with no field that is not shown. */
import { asc, desc, eq, relations, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { char, integer, numeric, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { App } from '../../../src/app.ts';
import type { Answer } from './answer.ts';

const users = pgTable('users', {
  id: integer('id').primaryKey(),
  name: text('name'),
  email: text('email'),
  avatarUrl: text('avatar_url'),
});
const transactions = pgTable('transactions', {
  id: integer('id').primaryKey(),
  userId: integer('user_id'),
  merchantId: integer('merchant_id'),
  amount: numeric('amount'),
  currency: char('currency', { length: 3 }),
  status: text('status'),
  createdAt: timestamp('created_at', { withTimezone: true }),
});
const merchants = pgTable('merchants', {
  id: integer('id').primaryKey(),
  name: text('name'),
  categoryId: integer('category_id'),
});
const categories = pgTable('categories', { id: integer('id').primaryKey(), name: text('name') });
const totals = pgTable('category_totals', {
  userId: integer('user_id'),
  categoryId: integer('category_id'),
  category: text('category'),
  total: numeric('total'),
  count: integer('count'),
});

const schema = {
  users,
  transactions,
  merchants,
  categories,
  totals,
  usersRelations: relations(users, ({ many }) => ({ transactions: many(transactions), totals: many(totals) })),
  transactionsRelations: relations(transactions, ({ one }) => ({
    user: one(users, { fields: [transactions.userId], references: [users.id] }),
    merchant: one(merchants, { fields: [transactions.merchantId], references: [merchants.id] }),
  })),
  merchantsRelations: relations(merchants, ({ one }) => ({
    category: one(categories, { fields: [merchants.categoryId], references: [categories.id] }),
  })),
  totalsRelations: relations(totals, ({ one }) => ({
    user: one(users, { fields: [totals.userId], references: [users.id] }),
  })),
};

export function drizzleAnswer({ pool }: App): Answer {
  const dashboard = drizzle(pool, { schema })
    .query.users.findFirst({
      where: eq(users.id, sql.placeholder('id')),
      columns: { id: true, name: true, email: true, avatarUrl: true },
      with: {
        transactions: {
          columns: { id: true, amount: true, currency: true, status: true, createdAt: true },
          orderBy: [desc(transactions.createdAt), desc(transactions.id)],
          limit: 50,
          with: { merchant: { columns: { name: true }, with: { category: { columns: { name: true } } } } },
        },
        totals: {
          columns: { category: true, total: true, count: true },
          orderBy: [desc(totals.total), asc(totals.categoryId)],
          limit: 100,
        },
      },
    })
    .prepare('drizzle dashboard');
  return async (id) => JSON.stringify(await dashboard.execute({ id }));
}
